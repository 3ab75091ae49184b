/** A difference as people read it. */
import type { Outcome } from "./calls.ts";
import type { Difference } from "./compare.ts";
import { importsOf } from "./program.ts";

/** Program, inputs, and what the targets gave, from the first call on that differs. */
export function describeDifference({ program, outcomes }: Difference): string {
  const modules = Object.entries(program.modules).map(
    ([name, text]) => `// ---- ${name}\n${importsOf(text, "lang", "port")}${text.trimEnd()}\n`,
  );
  const calls = program.inputs.map(([a, b], i) => {
    const values = Object.entries(outcomes).map(([target, own]) => [target, shown(own[i])] as const);
    const same = values.every(([, value]) => value === values[0][1]);
    const text = same ? values[0][1] : values.map(([target, value]) => `${target}: ${value}`).join("; ");
    return `run(${a}, ${b}): ${text}`;
  });
  const config =
    Object.keys(program.config ?? {}).length > 0 ? [`config ${JSON.stringify(program.config)}`] : [];
  return [`${program.name}`, ...config, ...calls, "", ...modules].join("\n");
}

/** The targets that do not give what Node gives. */
export function targetsOf({ outcomes }: Difference): string[] {
  const node = outcomes.node ?? [];
  return Object.entries(outcomes)
    .filter(
      ([, own]) => own.length !== node.length || own.some((value, i) => value !== node[i]) || failed(own),
    )
    .map(([name]) => name);
}

function failed(own: readonly Outcome[]): boolean {
  return own.some((outcome) => typeof outcome !== "number");
}

function shown(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "not called";
  return typeof outcome === "number" ? String(outcome) : outcome.failure;
}
