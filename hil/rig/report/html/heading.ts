/** The elements of titles: those of a part are one deeper than that of what it is a part of. */
import { Markup } from "./markup.ts";

export type Heading = Markup;

const DEEPEST = 6;

/** The element of titles so deep in the page: 1 is the page itself. */
export function headingAt(depth: number): Heading {
  return new Markup(`h${Math.min(depth, DEEPEST)}`);
}
