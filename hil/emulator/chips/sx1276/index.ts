export { Sx1276, type Sx1276Options } from "./sx1276.ts";
