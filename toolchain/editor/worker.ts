/** Answers the plugin's requests, one after another. */
import { type MessagePort, workerData } from "node:worker_threads";
import { Findings, type Request } from "./findings.ts";

const { port, replies } = workerData as { readonly port: MessagePort; readonly replies: Int32Array };
const findings = new Findings();

port.on("message", (request: Request) => {
  const begin = performance.now();
  try {
    const found = findings.of(request);
    port.postMessage({ findings: found, ms: Math.round(performance.now() - begin) });
  } catch (error) {
    port.postMessage({ error: (error as Error).stack ?? String(error) });
  }
  Atomics.add(replies, 0, 1);
  Atomics.notify(replies, 0);
});
