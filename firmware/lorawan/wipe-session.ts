/** The end of a session by the application's will. */
import { print, Text } from "../console/index.ts";
import { wipe } from "../lang/index.ts";
import { ABP } from "../store/index.ts";
import { leaveSession } from "./joining.ts";
import { overwriteParameters, takeDefaults } from "./kept-parameters.ts";
import { mac } from "./mac.ts";
import { clearOutbox } from "./outbox.ts";
import { appSKey, devAddr, fNwkSIntKey, nwkSEncKey, session, sNwkSIntKey } from "./session.ts";
import { LORAWAN_1_1 } from "./version.ts";

/**
 * Ends the session and overwrites its keys in RAM. The device joins again. One that was personalised is silent until it is
 * switched on again: it then goes on with its counters, which stay, and with defaults in place of what the network has set,
 * which is overwritten in the store, too. False where the store failed in that.
 */
export function wipeSession(): boolean {
  wipe(fNwkSIntKey, 0, 16);
  wipe(appSKey, 0, 16);
  if (LORAWAN_1_1) {
    wipe(sNwkSIntKey, 0, 16);
    wipe(nwkSEncKey, 0, 16);
  }
  wipe(devAddr, 0, 4);
  mac.transmissionsLeft = 0;
  clearOutbox();
  if (!ABP) {
    leaveSession();
    return true;
  }
  session.joined = false;
  mac.isStopped = true;
  if (LORAWAN_1_1) return true;
  takeDefaults();
  if (overwriteParameters()) return true;
  print(Text.StoreFailed);
  return false;
}
