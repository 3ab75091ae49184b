/** Random programs over the whole device language. */
export { generateProgram } from "./generate.ts";
