/** What the documents import from joinery is there under that name, as an application outside this checkout finds it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

const ROOT = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const DOCUMENTS = ["README.md", ...readdirSync(new URL("docs", ROOT)).map((name) => `docs/${name}`)];
const CODE = /^```ts\n(.*?)^```/gms;
const IMPORT = /^import (?:type )?\{([^}]*)\} from "(\.[^"]*|joinery\/[^"]*)";/gm;

/** The source of what `package.json` lets an application import by a name. */
function sourceOf(name: string): string {
  const path = name.replace(/^joinery\//, "");
  if (path.startsWith("firmware/")) return path;
  const entry: string | { readonly default: string } = JSON.parse(read("package.json")).exports[`./${path}`];
  const file = typeof entry === "string" ? entry : entry.default;
  return file.replace("./dist/", "").replace(/\.js$/, ".ts");
}

describe("the documents", () => {
  it("import what an application can import", () => {
    let count = 0;
    for (const document of DOCUMENTS.filter((name) => name.endsWith(".md"))) {
      for (const [, code] of read(document).matchAll(CODE)) {
        for (const [, names, from] of code.matchAll(IMPORT)) {
          assert.ok(from.startsWith("joinery/"), `${document}: no application has '${from}'`);
          const exported = read(sourceOf(from));
          for (const name of names.split(",").map((part) => part.replace("type ", "").trim())) {
            assert.match(exported, new RegExp(`\\b${name}\\b`), `${document}: '${name}' from '${from}'`);
            count++;
          }
        }
      }
    }
    assert.ok(count > 15, `${count} names`);
  });
});
