/** The lines of a source that a message is about, with the place underlined. */
import ts from "typescript";

/** Lines of a frame: of a longer place the first two and the last two are shown. */
const MOST_LINES = 5;
/** Characters of a line: of a longer one the piece around the place is shown. */
const WIDEST = 160;
/** So many of them before the place. */
const BEFORE = 60;
const CUT = "...";

/** How the parts of a frame are coloured. */
export interface FramePaint {
  gutter(text: string): string;
  underline(text: string): string;
}

/**
 * The lines from `start` on, each followed by a line that underlines what of it belongs to the place; `indent` stands
 * before all of them.
 */
export function codeFrame(
  { file, start, length }: { readonly file: ts.SourceFile; readonly start: number; readonly length: number },
  { paint, indent = "" }: { readonly paint: FramePaint; readonly indent?: string },
): string[] {
  const first = ts.getLineAndCharacterOfPosition(file, start);
  const last = ts.getLineAndCharacterOfPosition(file, start + length);
  const skips = last.line - first.line >= MOST_LINES - 1;
  const width = Math.max(String(last.line + 1).length, skips ? CUT.length : 0);
  const withGutter = (label: string, text: string) =>
    `${indent}${paint.gutter(label.padStart(width))} ${text}`;
  const lines: string[] = [];
  for (let line = first.line; line <= last.line; line++) {
    if (skips && line === first.line + 2) {
      lines.push(withGutter(CUT, ""));
      line = last.line - 1;
    }
    const text = lineText(file, line);
    const from = line === first.line ? first.character : 0;
    const to = line === last.line ? last.character : text.length;
    const piece = pieceOf(text, from, Math.min(to, text.length));
    lines.push(withGutter(String(line + 1), piece.text));
    lines.push(withGutter("", paint.underline(" ".repeat(piece.from) + "~".repeat(piece.to - piece.from))));
  }
  return lines;
}

function lineText(file: ts.SourceFile, line: number): string {
  const starts = file.getLineStarts();
  return file.text
    .slice(starts[line], starts[line + 1])
    .trimEnd()
    .replaceAll("\t", " ");
}

/** What is shown of a line whose characters from `from` to `to` are to be seen, and where these are in it. */
function pieceOf(text: string, from: number, to: number): { text: string; from: number; to: number } {
  const end = Math.max(from, to);
  if (text.length <= WIDEST) return { text, from, to: end };
  const begin = Math.min(Math.max(0, from - BEFORE), text.length - WIDEST);
  const shown = text.slice(begin, begin + WIDEST);
  const before = begin > 0 ? CUT : "";
  const after = begin + WIDEST < text.length ? CUT : "";
  const shift = before.length - begin;
  const last = before.length + shown.length;
  // A place may begin behind the line's last character, in the spaces that are not shown.
  return {
    text: before + shown + after,
    from: Math.min(from + shift, last),
    to: Math.min(end + shift, last),
  };
}
