/** What an application does where the stack calls it, in place of what the example does. */
import type { Bench } from "./bench.ts";
import type { NodeBoard } from "./node-board.ts";

export interface Hooks {
  /** Returns the octets of the payload. */
  sample?: (payload: Uint8Array) => number;
  onDownlink?: (port: number, payload: Uint8Array, length: number) => void;
}

/** Gives the board that the bench switches on next these hooks, before it begins to run. */
export function hook(bench: Bench, hooksOf: (board: NodeBoard) => Hooks): void {
  bench.clock.at(bench.clock.nowNs(), () => {
    const board = bench.board as NodeBoard;
    Object.assign(board.module<Hooks>("apps/sensor.ts"), hooksOf(board));
  });
}
