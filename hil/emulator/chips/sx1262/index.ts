export type { BoardTraits } from "./board-traits.ts";
export { Sx1262, type Sx1262Options } from "./sx1262.ts";
