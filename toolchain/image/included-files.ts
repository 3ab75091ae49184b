/** What the files of a C program include: read from the notes that gcc writes beside each object (-MMD). */
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";

/** What has gcc write them: the names of the C file and of all that it includes, but for the compiler's own headers. */
export const NOTE_INCLUDED = "-MMD";

/** The files that objects in `workDir` were made from and that lie elsewhere, in alphabetical order. */
export async function includedFiles(workDir: string): Promise<string[]> {
  const notes = (await readdir(workDir)).filter((name) => name.endsWith(".d"));
  const texts = await Promise.all(notes.map((name) => readFile(join(workDir, name), "utf8")));
  const names = new Set(texts.flatMap(prerequisites));
  return [...names].filter((name) => !name.startsWith(workDir + sep)).sort();
}

/**
 * What stands after the colon of "battery.o: battery.c \" and on the lines that go on: names between blanks, as make
 * reads them. A blank or "#" that belongs to a name has a backslash before it, "$" is doubled.
 */
export function prerequisites(note: string): string[] {
  const text = note.replaceAll("\\\n", " ");
  const [, , names = ""] = /^((?:\\.|[^\\:])+): ?(.*)$/m.exec(text) ?? [];
  return (names.match(/(?:\\.|[^\\\s])+/g) ?? []).map((name) =>
    name.replace(/\\([ #])/g, "$1").replaceAll("$$", "$"),
  );
}
