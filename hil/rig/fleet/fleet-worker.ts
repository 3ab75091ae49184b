/** What a thread of a fleet runs: it is told the firmware once, and then of one site after the other. */
import { parentPort } from "node:worker_threads";
import { type BootableData, firmwareOf } from "../built-firmware.ts";
import type { Firmware } from "../device.ts";
import { RigError } from "../rig-error.ts";
import { runSite, type SiteOutcome, type SitePlan, type SiteProgress } from "./fleet-site.ts";

/** To the thread. */
export type Order = { readonly firmwares: readonly BootableData[] } | { readonly plan: SitePlan };

/** From the thread: any number of times how far it is, and in the end what came of the site. */
export type Answer =
  | { readonly progress: SiteProgress }
  | { readonly outcome: SiteOutcome }
  | { readonly refusal: Pick<RigError, "kind" | "message"> };

const port = parentPort!;
let firmwares: readonly Firmware[] = [];

port.on("message", (order: Order) => {
  if ("firmwares" in order) firmwares = order.firmwares.map(firmwareOf);
  // What is thrown is the end of the thread, of which its owner hears.
  else void run(order.plan);
});

async function run(plan: SitePlan): Promise<void> {
  const answer = (message: Answer) => port.postMessage(message);
  try {
    const outcome = await runSite(plan, firmwares, (progress) => answer({ progress }));
    answer({ outcome });
  } catch (error) {
    if (!(error instanceof RigError)) throw error;
    const { kind, message } = error;
    answer({ refusal: { kind, message } });
  }
}
