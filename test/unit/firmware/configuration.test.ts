/** The page on the constants of the firmware names each, with the value that the source gives it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const DECLARATION = /@config\b[^*]*\*\/\nexport const (\w+): [^=]+ = ([^;]+);/g;
const RANGE = /@config\b[^*]*\*\/\nexport const (\w+): Int<(-?\w+), (\w+)> = /g;

/** "lorawan" of joinery.json decides it. */
const BY_LORAWAN = "LORAWAN_1_1";

describe("firmware: constants that a build may choose", () => {
  it("are those of docs/configuration.md, with their defaults", () => {
    const declared = new Set<string>();
    for (const path of readdirSync(`${ROOT}firmware`, { recursive: true, encoding: "utf8" })) {
      if (!path.endsWith(".ts")) continue;
      for (const [, name, value] of readFileSync(`${ROOT}firmware/${path}`, "utf8").matchAll(DECLARATION))
        if (name !== BY_LORAWAN) declared.add(`${name} ${value}`);
    }
    const page = readFileSync(`${ROOT}docs/configuration.md`, "utf8");
    const listed = [...page.matchAll(/^\| `(\w+)` \| (-?\w+) \|/gm)].map(
      ([, name, value]) => `${name} ${value}`,
    );
    assert.ok(declared.size > 20, `${declared.size} constants`);
    assert.deepEqual([...listed].sort(), [...declared].sort());
  });

  it("have the ranges in docs/configuration.md that the source gives them", () => {
    let count = 0;
    const page = readFileSync(`${ROOT}docs/configuration.md`, "utf8");
    for (const path of readdirSync(`${ROOT}firmware`, { recursive: true, encoding: "utf8" })) {
      if (!path.endsWith(".ts")) continue;
      for (const [, name, least, most] of readFileSync(`${ROOT}firmware/${path}`, "utf8").matchAll(RANGE)) {
        const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` | `));
        assert.ok(row?.includes(` ${least} to ${most}`), `${name}: ${least} to ${most}`);
        count++;
      }
    }
    assert.ok(count > 10, `${count} constants`);
  });
});
