/** Compiles the C of a batch for a target; programs that the C compiler does not take are found and told. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Member } from "./batch.ts";
import { writeWhole } from "./c-program.ts";
import { type Call, type Outcome, type Outcomes, type Run, runCalls } from "./calls.ts";

const execute = promisify(execFile);

export interface CTarget {
  readonly name: string;
  /** `port_read` and `port_write` in C. */
  readonly port: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  /** Puts what the flags name into the folder. */
  prepare?(folder: string): void;
  /** What runs calls, once "whole.c" is "program" in `folder`; undefined: the image does not fit the target. */
  load(folder: string): Promise<((calls: readonly Call[]) => Run) | undefined>;
}

/** A target's outcomes for the members; in as many images as they need. */
export async function runC(
  target: CTarget,
  folder: string,
  members: readonly Member[],
  files: ReadonlyMap<string, string>,
): Promise<Outcomes> {
  const own = join(folder, `${target.name}-${members[0].index}-${members.length}`);
  writeWhole(own, members, files, target.port);
  target.prepare?.(own);
  const refusal = await build(target, own);
  const run = refusal === undefined ? await target.load(own) : undefined;
  if (run) return runCalls(members, run);
  if (members.length === 1) {
    const failure = refusal ?? "the image does not fit the target";
    return new Map<number, Outcome[]>([[members[0].index, [{ failure }]]]);
  }
  const middle = Math.ceil(members.length / 2);
  const halves = [members.slice(0, middle), members.slice(middle)];
  const parts = [];
  for (const half of halves) parts.push(...(await runC(target, folder, half, files)));
  return new Map(parts);
}

/** What the C compiler has to say; undefined where it takes the program. */
async function build(target: CTarget, folder: string): Promise<string | undefined> {
  try {
    await execute(target.compiler, [...target.flags, "-o", "program", "whole.c"], { cwd: folder });
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    if (stderr === undefined) throw error;
    return stderr.split("\n").slice(0, 12).join("\n");
  }
}
