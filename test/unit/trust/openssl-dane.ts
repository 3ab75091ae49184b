/** OpenSSL as judge of many cases: openssl-dane.c, compiled when it is first asked. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import type { TlsaQuestion } from "../../../hil/trust/dane/index.ts";
import { runTool, type ToolFolder } from "./dns-judges.ts";

/** A question to both: `records` undefined is policy pkix. */
export interface JudgedQuestion extends Omit<TlsaQuestion, "records"> {
  readonly records: TlsaQuestion["records"] | undefined;
}

/** "accepted 3 1 1", "accepted pkix", "refused REASON", or "unusable" where no record can be used. */
export type OpensslVerdict = string;

export async function compileOpensslJudge(folder: ToolFolder): Promise<string> {
  const binary = path.join(folder.path, "openssl-dane");
  const source = path.join(import.meta.dirname, "openssl-dane.c");
  const { code, output } = await runTool("cc", [
    ...["-O1", "-Wall", "-Wextra", "-Werror", "-o", binary, source],
    ...["-lssl", "-lcrypto"],
  ]);
  if (code !== 0) throw new Error(`openssl-dane.c (it needs libssl-dev): ${output}`);
  return binary;
}

/** One verdict a question, in their order. */
export function judgeByOpenssl(judge: string, questions: readonly JudgedQuestion[]): OpensslVerdict[] {
  const ids = new Map<string, number>();
  const lines: string[] = [];
  const list = (items: readonly (string | number)[]): string => items.join(",") || "-";
  const idOf = (der: Uint8Array): number => {
    const hex = Buffer.from(der).toString("hex");
    const known = ids.get(hex);
    if (known !== undefined) return known;
    lines.push(`certificate ${ids.size} ${hex}`);
    ids.set(hex, ids.size);
    return ids.size - 1;
  };
  for (const { purpose, now, name, chain, pkixRoots, records } of questions) {
    const parts = [
      ...[purpose, Math.floor(now.getTime() / 1000), list([name].flat())],
      ...[list(chain.map(idOf)), list((pkixRoots ?? []).map(idOf))],
      records === undefined
        ? "pkix"
        : list(
            records.map(
              ({ usage, selector, matching, data }) =>
                `${usage}:${selector}:${matching}:${Buffer.from(data).toString("hex")}`,
            ),
          ),
    ];
    lines.push(`case ${parts.join(" ")}`);
  }
  const { status, signal, stdout, stderr } = spawnSync(judge, {
    input: `${lines.join("\n")}\n`,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const verdicts = stdout.trimEnd().split("\n");
  if (status !== 0 || verdicts.length !== questions.length)
    throw new Error(
      `openssl-dane ended with ${status ?? signal} after ${verdicts.length} verdicts: ${stderr}`,
    );
  return verdicts;
}
