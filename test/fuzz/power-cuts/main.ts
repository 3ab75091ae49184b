/** `npm run fuzz:power-cuts`: the long form of the campaign of power cuts. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packageVersion } from "../../../toolchain/compiler/index.ts";
import { buildImage } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { EMULATED_BOARDS } from "../../unit/emulator/support/emulated-boards.ts";
import { type Bench, seeded } from "../../unit/firmware/support/bench.ts";
import { ownFolder, refuseUsage, wholeNumber } from "../command.ts";
import { AbpWitness } from "./abp-witness.ts";
import { type CampaignResult, runCampaign } from "./campaign.ts";
import { JoinWitness } from "./join-witness.ts";
import { JOINING, PERIOD_S, PERSONALISED_10, PERSONALISED_11, planCuts } from "./plan.ts";

const HELP = `Cuts the power of an emulated board again and again, over its join and its uplinks and at writes to its store.
It must join again after each, and repeat neither a DevNonce nor, under the same keys, an FCntUp. With --activation abp it
is personalised: it must be heard and hear again after each, repeat no FCntUp, and take no downlink twice.

  --boards a,b     some of: ${EMULATED_BOARDS.join(", ")} (all)
  --activation A   otaa or abp (otaa)
  --lorawan V      1.1 or 1.0.4 (1.1)
  --cuts N         for each board (2000)
  --seed S         the same seed cuts at the same instants (1)
  --json           one JSON document on stdout and nothing else
  --help

Exit codes: 0 the boards have stood it; 1 one has not; 2 wrong usage.
`;

function optionsOf(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        boards: { ...text, default: EMULATED_BOARDS.join(",") },
        activation: { ...text, default: "otaa" },
        lorawan: { ...text, default: "1.1" },
        cuts: { ...text, default: "2000" },
        seed: { ...text, default: "1" },
        json: flag,
        help: flag,
      },
    });
    const boards = values.boards.split(",");
    const unknown = boards.find((name) => !EMULATED_BOARDS.includes(name));
    if (unknown !== undefined)
      throw new Error(`--boards wants some of ${EMULATED_BOARDS.join(", ")}, not '${unknown}'`);
    if (!["1.1", "1.0.4"].includes(values.lorawan)) {
      throw new Error(`--lorawan wants 1.1 or 1.0.4, not '${values.lorawan}'`);
    }
    const { activation, lorawan, json, help } = values;
    if (!["otaa", "abp"].includes(activation)) {
      throw new Error(`--activation wants otaa or abp, not '${activation}'`);
    }
    const cuts = wholeNumber("cuts", values.cuts, 1);
    return { boards, activation, lorawan, json, help, cuts, seed: wholeNumber("seed", values.seed, 0) };
  } catch (error) {
    refuseUsage(error as Error);
  }
}

const options = optionsOf(process.argv.slice(2));
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

/** One line that is written over on a terminal; elsewhere a line for each tenth. */
function progress(board: string, done: number): void {
  if (options.json) return;
  const text = `${board}: ${done} of ${options.cuts} cuts`;
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else if (done % Math.ceil(options.cuts / 10) === 0) process.stderr.write(`${text}\n`);
}

const KINDS: Readonly<Record<string, string>> = { joinRequests: "join-requests" };

function summary(board: string, result: CampaignResult): string {
  const { survived, onAir, seconds, fault } = result;
  const counts = Object.entries(survived).map(([activity, count]) => `${count} ${activity}`);
  const air = Object.entries(onAir).map(([kind, count]) => `${count} ${KINDS[kind] ?? kind}`);
  const lines = [
    `${board}: ${fault === undefined ? "passed" : "FAILED"}`,
    `  cuts      ${counts.join(", ")}`,
    `  on air    ${air.join(", ")} in ${Math.round(seconds)} s of the board's time`,
    ...(fault === undefined ? [] : [`  fault     ${fault}`]),
  ];
  return `${lines.join("\n")}\n`;
}

const { activation, lorawan, seed, boards } = options;
const folder = ownFolder("power-cuts");
if (!options.json) {
  const what = `${options.cuts} cuts of ${boards.join(", ")}, ${activation === "abp" ? "personalised, " : ""}LoRaWAN ${lorawan}, seed ${seed}`;
  process.stderr.write(`joinery ${packageVersion}: ${what}\n`);
}
const results: Record<string, CampaignResult> = {};
for (const board of boards) {
  const lorawan11 = lorawan === "1.1";
  const isPersonalised = activation === "abp";
  const config = { LORAWAN_1_1: lorawan11, PERIOD_S, ABP: isPersonalised };
  const outDir = join(folder, board);
  const image = await buildImage({ board: loadProcessorBoard(board), config, outDir });
  const random = seeded(seed);
  const personalised = lorawan11 ? PERSONALISED_11 : PERSONALISED_10;
  const life = isPersonalised ? personalised : JOINING;
  const cuts = planCuts(options.cuts, image.board.processor, random, life);
  const witness = (bench: Bench) =>
    isPersonalised ? new AbpWitness(bench, lorawan11, random) : new JoinWitness(bench, lorawan11);
  const onProgress = (done: number) => progress(board, done);
  results[board] = await runCampaign({ image, witness, cuts, random, onProgress });
  if (process.stderr.isTTY && !options.json) process.stderr.write("\r\u001b[K");
  if (!options.json) process.stdout.write(summary(board, results[board]));
}
if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
process.exitCode = Object.values(results).some(({ fault }) => fault !== undefined) ? 1 : 0;
