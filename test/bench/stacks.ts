/** The whole stack beside others, each with a program that joins and sends: EU868, SX1276, class A, built with -Os. */
import { readFileSync } from "node:fs";
import { BASE, type OptionFigures } from "./options.ts";
import type { Table } from "./table.ts";

interface PeerStacks {
  readonly core: string;
  /** Ours on the same core. */
  readonly board: string;
  readonly stacks: readonly Stack[];
}

/** Octets; null where a figure was not measured. */
interface Stack {
  readonly name: string;
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** Of ours at worst; of the others as deep as it was seen in a run. */
  readonly stackBytes: number | null;
}

export const PEER_STACKS: readonly PeerStacks[] = JSON.parse(
  readFileSync(new URL("./peer-stacks.json", import.meta.url), "utf8"),
);

const OURS = [BASE, "LoRaWAN 1.1"] as const;

export function stackTable({ core, board, stacks }: PeerStacks, options: OptionFigures): Table {
  const base = options[board][BASE];
  const ours = OURS.map((name): Stack => {
    const added = name === BASE ? { flashBytes: 0, ramBytes: 0, stackBytes: 0 } : options[board][name];
    return {
      name: `this one, ${name}`,
      flashBytes: base.flashBytes + added.flashBytes,
      ramBytes: base.ramBytes + added.ramBytes,
      stackBytes: base.stackBytes + added.stackBytes,
    };
  });
  return {
    title: `Whole stacks on the ${core}, in octets`,
    head: ["", "flash", "RAM", "stack", "RAM + stack"],
    rows: [...ours, ...stacks].map(({ name, flashBytes, ramBytes, stackBytes }) => [
      name,
      String(flashBytes),
      String(ramBytes),
      stackBytes?.toString() ?? "-",
      stackBytes === null ? "-" : String(ramBytes + stackBytes),
    ]),
  };
}
