/** The compiler in the editor; what tsserver itself loads is plugin.cjs. */
export { type Finding, Findings, type Request } from "./findings.ts";
