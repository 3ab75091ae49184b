/** HTML and SVG from templates: whatever is put into one is escaped, unless it is markup itself. Nothing else escapes. */

/** Text that may stand in a page as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may be put into a template; nothing is shown of what is undefined or null. */
export type Content = string | number | Markup | undefined | null | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
/** Control characters that HTML does not have, but for tab and line ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** A template of HTML or SVG. Attributes are to stand in quotation marks. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const filled = strings.map((text, index) => text + (index < values.length ? shown(values[index]) : ""));
  return new Markup(filled.join(""));
}

function shown(content: Content): string {
  if (content === undefined || content === null) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "number") return String(content);
  if (typeof content === "string") return escaped(content);
  return content.map(shown).join("");
}

function escaped(text: string): string {
  return text.replace(NO_CHARACTER, "\ufffd").replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
