/**
 * How deeply a source nests. Everything that reads a program goes down into it by recursion, TypeScript, this
 * compiler and the C compiler alike: the depth has a limit, so that none of them runs out of stack.
 */
import ts from "typescript";
import { isStackOverflow } from "./breakdown.ts";
import { placeOf, TooDeep } from "./messages.ts";

/** Levels of syntax, each block, bracket, operator or call one or two. */
const DEEPEST = 250;

/** Parses a text. Throws TooDeep where it nests deeper than the compiler goes. */
export function parseShallow(
  fileName: string,
  text: string,
  options: ts.ScriptTarget | ts.CreateSourceFileOptions,
): ts.SourceFile {
  const file = parse(fileName, text, options);
  if (file === undefined) throw tooDeepToParse(fileName, text, options);
  const deep = tooDeep(file);
  if (deep) throw new TooDeep(placeOf(deep));
  return file;
}

function parse(
  fileName: string,
  text: string,
  options: ts.ScriptTarget | ts.CreateSourceFileOptions,
): ts.SourceFile | undefined {
  try {
    return ts.createSourceFile(fileName, text, options, true);
  } catch (error) {
    if (isStackOverflow(error)) return undefined;
    throw error;
  }
}

/** The first node that lies too deep. */
function tooDeep(file: ts.SourceFile): ts.Node | undefined {
  let level: ts.Node[] = [file];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return level[0];
    const below: ts.Node[] = [];
    for (const node of level) ts.forEachChild(node, (child) => void below.push(child));
    level = below;
  }
  return undefined;
}

/** Where a text that cannot be parsed as a whole first nests too deeply: the shortest beginning that does. */
function tooDeepToParse(
  fileName: string,
  text: string,
  options: ts.ScriptTarget | ts.CreateSourceFileOptions,
): TooDeep {
  let [fine, deep] = [0, text.length];
  while (deep - fine > 1) {
    const middle = (fine + deep) >>> 1;
    const file = parse(fileName, text.slice(0, middle), options);
    if (file && tooDeep(file) === undefined) fine = middle;
    else deep = middle;
  }
  const file = Object.assign(ts.createSourceFile(fileName, "", options), { text });
  return new TooDeep({ file, start: deep - 1, length: 1 });
}
