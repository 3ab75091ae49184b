/** A process that is killed in the middle of a join: after the DevNonce is taken, before the session is kept. */
import { JoinStorage } from "../../../hil/backend/storage/index.ts";

const [path, devEui, joinEui] = process.argv.slice(2);
const storage = await JoinStorage.open({ path, kek: Buffer.alloc(16, 1) });
const device = await storage.findDevice({ devEui, joinEui });
if (!device) throw new Error(`${devEui} is not in ${path}`);
await storage.acceptJoin({
  device,
  counter: "DevNonce",
  count: 1,
  requestDigest: Buffer.from("second"),
  nowMs: 0,
  repeatWindowMs: 10_000,
  makeSession: () => {
    process.kill(process.pid, "SIGKILL");
    throw new Error("still alive");
  },
});
