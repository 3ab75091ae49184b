/** What the procedures of a join and of a rejoin share: TS002-1.0, JoinReq and RejoinReq. */
import { createHash } from "node:crypto";
import type { JoinReq, RejoinReq } from "../interfaces/index.ts";
import type { KeyedDevice } from "../storage/index.ts";
import type { Context } from "./context.ts";
import type { JoinServerPeer } from "./peers.ts";
import { Refusal, unknownDevice } from "./refusal.ts";
import type { SessionPlan } from "./session.ts";

const SESSION_KEY_ID_OCTETS = 16;

/** The device of a request. @throws Refusal if it is not registered, or its home network is another one. */
export async function findDevice(
  context: Context,
  request: JoinReq | RejoinReq,
  joinEui: string,
): Promise<KeyedDevice> {
  const id = { devEui: request.DevEUI, joinEui };
  const device = await context.storage.findDevice(id);
  if (!device) throw unknownDevice(id);
  if (device.homeNetId !== request.SenderID)
    throw new Refusal(
      "device",
      "activation-disallowed",
      `NetID ${request.SenderID} is not the home network of DevEUI ${id.devEui}`,
    );
  return device;
}

/** Two requests are the same request if nothing differs that the answer depends on. */
export function digest(request: JoinReq | RejoinReq): Buffer {
  const { SenderID, MACVersion, PHYPayload, DevAddr, DLSettings, RxDelay, CFList = "" } = request;
  const parts = [SenderID, MACVersion, PHYPayload, DevAddr, DLSettings, RxDelay, CFList];
  return createHash("sha256").update(JSON.stringify(parts)).digest();
}

/** Of a session what does not hang on the request: its name, its lifetime, the keys under which its own are wrapped. */
export function sessionTerms(
  context: Context,
  peer: JoinServerPeer,
  device: KeyedDevice,
): Pick<SessionPlan, "sessionKeyId" | "lifetimeS" | "nsKek" | "asKek"> {
  return {
    sessionKeyId: Buffer.from(context.randomBytes(SESSION_KEY_ID_OCTETS)).toString("hex").toUpperCase(),
    lifetimeS: context.sessionLifetimeS,
    nsKek: peer.kek,
    asKek: device.asId === undefined ? undefined : context.peers.kekOf(device.asId),
  };
}
