/** The examples of docs/language.md: each is a program, accepted or refused as its first line says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createCompiler, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { LANGUAGE } from "./targets.ts";

const { compile } = createCompiler();

const ENTRY = fileURLToPath(new URL("./language-main.ts", import.meta.url));
const text = readFileSync(new URL("../../../docs/language.md", import.meta.url), "utf8");

/** With the names of the language that it uses imported. */
function whole(example: string): string {
  const language = readFileSync(LANGUAGE, "utf8");
  const names = [...language.matchAll(/^export (?:function|class|type) (\w+)/gm)].map(([, name]) => name);
  const used = [...new Set(names)].filter((name) => new RegExp(`\\b${name}\\b`).test(example));
  const values = used.filter((name) =>
    new RegExp(`^export (?:function|class) ${name}\\b`, "m").test(language),
  );
  const types = used.filter((name) => !values.includes(name)).map((name) => `type ${name}`);
  return `import { ${[...values, ...types].join(", ")} } from ${JSON.stringify(LANGUAGE)};\n${example}`;
}

describe("the reference of the language", () => {
  for (const [section, body] of text.split(/^## /m).map((part) => [part.split("\n")[0], part] as const)) {
    const examples = [...body.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, example]) => example);
    examples.forEach((example, i) => {
      const refused = /^\/\/ DEV(\d+)\n/.exec(example)?.[1];
      it(`${section}, example ${i + 1}: ${refused ? `refused as DEV${refused}` : "accepted"}`, () => {
        const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: whole(example) } });
        const shown = formatDiagnostics(diagnostics, { colour: false });
        assert.deepEqual(
          [...new Set(diagnostics.map(({ code }) => String(code)))],
          refused ? [refused] : [],
          shown,
        );
      });
    });
  }

  it("speaks of every name that the language exports", () => {
    const language = readFileSync(LANGUAGE, "utf8");
    const names = [...language.matchAll(/^export (?:function|class|type) (\w+)/gm)].map(([, name]) => name);
    const silent = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    assert.deepEqual([...new Set(silent)], []);
  });

  it("links to its own headings", () => {
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replace(/\s/g, "-"),
    );
    for (const [, target] of text.matchAll(/\]\(#([\w-]+)\)/g)) assert.ok(headings.includes(target), target);
  });
});
