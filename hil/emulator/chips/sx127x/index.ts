export { Sx127x, type Sx127xOptions } from "./sx127x.ts";
