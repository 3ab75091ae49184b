/** AppSKeyReq (TS002-1.0): the device's own Application Server asks for the AppSKey of a session. */
import { type AppSKeyAns, type AppSKeyReq, answerHeader, wrapKeyEnvelope } from "../interfaces/index.ts";
import { type Context, checkReceiver } from "./context.ts";
import { Refusal, unknownDevice } from "./refusal.ts";

/** @throws Refusal */
export async function answerAppSKey(
  context: Context,
  request: AppSKeyReq,
  provenName: string,
): Promise<AppSKeyAns> {
  const { DevEUI, SessionKeyID } = request;
  const peer = context.peers.authorise(request, provenName);
  checkReceiver(context, request.ReceiverID);
  const id = { devEui: DevEUI, joinEui: request.ReceiverID };
  const device = await context.storage.readDevice(id);
  if (!device) throw unknownDevice(id);
  if (device.asId !== request.SenderID)
    throw new Refusal(
      "device",
      "activation-disallowed",
      `AS-ID ${request.SenderID} is not the Application Server of DevEUI ${DevEUI}`,
    );
  const appSKey = await context.storage.findAppSKey(id, SessionKeyID);
  if (!appSKey)
    throw new Refusal("session", "other", `no session ${SessionKeyID} of DevEUI ${DevEUI} is kept here`);
  context.report("app-s-key-answered", { wrapped: peer.kek !== undefined }, DevEUI);
  return {
    ...answerHeader(request),
    Result: { ResultCode: "Success" },
    DevEUI,
    AppSKey: wrapKeyEnvelope(appSKey, peer.kek),
    SessionKeyID,
  };
}
