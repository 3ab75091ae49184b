/**
 * The device's cryptography: what it takes on each core, beside C by hand and other implementations; the whole stack
 * beside others; what each option adds to an image, and what it takes in each region.
 */
import { readFileSync } from "node:fs";
import { type CryptoComparison, type CryptoFigures, compareCrypto } from "./crypto.ts";
import { optionTables, writeOptions } from "./option-files.ts";
import { measureOptions } from "./options.ts";
import { measureRegions, regionTable, writeRegions } from "./region-sizes.ts";
import type { Bench, Table } from "./table.ts";

/** Figures of other implementations on a core; null where there are none. */
interface Peers {
  readonly core: string;
  readonly implementations: readonly ({ readonly name: string } & {
    readonly [figure in keyof CryptoFigures]: number | null;
  })[];
}

const FIGURES = ["aesBytes", "bytes", "ramBytes", "stackBytes", "key", "block", "cmac20"] as const;

/** `write`: the figures of the options and regions go where the tests and the document have them. */
export async function deviceBench(progress: (what: string) => void, write: boolean): Promise<Bench> {
  progress("AES-128 and CMAC");
  const crypto = compareCrypto();
  const peers: readonly Peers[] = JSON.parse(readFileSync(new URL("./peers.json", import.meta.url), "utf8"));
  const tables = crypto.map(({ core, gcc, ...ours }) =>
    cryptoTable(`AES-128 and CMAC on the ${core}, gcc ${gcc}`, ours, peers.find((p) => p.core === core)!),
  );
  const options = await measureOptions(progress);
  const regions = await measureRegions(progress);
  if (write) {
    writeOptions(options);
    writeRegions(regions);
  }
  return {
    tables: [...tables, ...optionTables(options), regionTable(regions)],
    data: { crypto, peers, options, regions },
  };
}

function cryptoTable(
  title: string,
  { compiled, scheduled, byHand }: Pick<CryptoComparison, "compiled" | "scheduled" | "byHand">,
  peers: Peers,
): Table {
  const row = (name: string, figures: { readonly [figure in (typeof FIGURES)[number]]?: number | null }) => [
    name,
    ...FIGURES.map((figure) => figures[figure]?.toString() ?? "-"),
  ];
  return {
    title,
    head: ["", "AES octets", "+ CMAC", "RAM", "stack", "key cycles", "block", "CMAC-20"],
    rows: [
      row("compiled from TypeScript", compiled),
      row("the same with KEY_SCHEDULE", scheduled),
      row("C by hand, same algorithm", byHand),
      ...peers.implementations.map((peer) => row(peer.name, peer)),
    ],
  };
}
