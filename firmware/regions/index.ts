/** The channel plan of the image. */
export * from "./eu868.ts";
