/** What the end of a process has to see to: temporary folders that go with it, and work that it waits for. */
export { atExit } from "./at-exit.ts";
export { TEMPORARY_VARIABLE, temporaryFolder } from "./temporary-folder.ts";
export { uncut, uncutOver, uncutWork } from "./uncut.ts";
