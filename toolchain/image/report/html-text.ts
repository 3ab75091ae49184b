/** Texts in HTML and SVG. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text that holds no markup, in content as in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** 11030 as "11 030", with a space that does not break. */
export function grouped(bytes: number): string {
  return String(bytes).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function percent(bytes: number, of: number): string {
  return of === 0 ? "0.0" : ((100 * bytes) / of).toFixed(1);
}
