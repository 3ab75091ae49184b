/**
 * A bug for campaigns to find, as changes of the firmware's sources: the DevNonce is written to the store when its
 * join-request has been transmitted, not before.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../toolchain/package-root.ts";
import { type Change, replaceOnce } from "../../fuzz/device/planted-bugs.ts";

const name = "the DevNonce is written after the transmission";
const CHANGES: readonly Change[] = [
  {
    name,
    file: "firmware/store/journal.ts",
    find: "  nonces.nextDevNonce = devNonce + 1;\n  return writeRecord();\n}\n",
    replacement:
      "  nonces.nextDevNonce = devNonce + 1;\n  return true;\n}\n\n" +
      "export function keepDevNonce(): boolean {\n  return writeRecord();\n}\n",
  },
  {
    name,
    file: "firmware/store/index.ts",
    find: "  keepJoinNonce,\n",
    replacement: "  keepDevNonce,\n  keepJoinNonce,\n",
  },
  {
    name,
    file: "firmware/lorawan/exchange.ts",
    find: 'import { ABP } from "../store/index.ts";',
    replacement: 'import { ABP, keepDevNonce } from "../store/index.ts";',
  },
  {
    name,
    file: "firmware/lorawan/exchange.ts",
    find: "    exchange.endOfUplink = radioEventTime();\n",
    replacement: "    exchange.endOfUplink = radioEventTime();\n    if (!session.joined) keepDevNonce();\n",
  },
];

/** Texts that take the place of files of the firmware. Throws Error where the sources have moved. */
export function withLateDevNonce(): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const change of CHANGES) {
    const path = join(packageRoot, change.file);
    texts[path] = replaceOnce(change, texts[path] ?? readFileSync(path, "utf8"));
  }
  return texts;
}
