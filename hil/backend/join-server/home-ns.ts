/** HomeNSReq (TS002-1.0): a visited Network Server asks for a device's home network. */
import { answerHeader, type HomeNSAns, type HomeNSReq } from "../interfaces/index.ts";
import { type Context, checkReceiver } from "./context.ts";
import { Refusal, unknownDevice } from "./refusal.ts";

/** @throws Refusal */
export async function answerHomeNs(
  context: Context,
  request: HomeNSReq,
  provenName: string,
): Promise<HomeNSAns> {
  const { DevEUI, SenderID } = request;
  const peer = context.peers.authorise(request, provenName);
  checkReceiver(context, request.ReceiverID);
  const id = { devEui: DevEUI, joinEui: request.ReceiverID };
  const device = await context.storage.readDevice(id);
  if (!device) throw unknownDevice(id);
  if (!peer.roaming && device.homeNetId !== SenderID)
    throw new Refusal(
      "device",
      "no-roaming-agreement",
      `NetID ${SenderID} has no roaming agreement that covers DevEUI ${DevEUI}`,
    );
  context.report("home-ns-answered", { homeNetId: device.homeNetId }, DevEUI);
  return { ...answerHeader(request), Result: { ResultCode: "Success" }, HNetID: device.homeNetId };
}
