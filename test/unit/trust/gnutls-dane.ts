/** GnuTLS as judge of TLSA records: gnutls-dane.c. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import type { TlsaRecord } from "../../../hil/trust/dane/index.ts";
import { runTool, type ToolFolder } from "./dns-judges.ts";

export async function compileGnutlsJudge(folder: ToolFolder): Promise<string> {
  const binary = path.join(folder.path, "gnutls-dane");
  const source = path.join(import.meta.dirname, "gnutls-dane.c");
  const { code, output } = await runTool("cc", [
    ...["-O1", "-Wall", "-Wextra", "-Werror", "-o", binary, source, "-l:libgnutls-dane.so.0"],
  ]);
  if (code !== 0) throw new Error(`gnutls-dane.c (it needs gnutls-bin): ${output}`);
  return binary;
}

/** Whether one of the records names the leaf, or the authority that is sent behind it. */
export function judgeByGnutls(
  judge: string,
  { chain, records }: { readonly chain: readonly { der: Buffer }[]; readonly records: readonly TlsaRecord[] },
): boolean {
  const { stdout, stderr, status } = spawnSync(
    judge,
    [
      ...records.flatMap(({ usage, selector, matching, data }) => [
        ...["-r", Buffer.concat([Buffer.of(usage, selector, matching), data]).toString("hex")],
      ]),
      ...chain.flatMap(({ der }) => ["-c", der.toString("hex")]),
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`gnutls-dane ended with ${status}: ${stderr}`);
  return stdout.startsWith("accepted");
}
