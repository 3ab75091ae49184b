/** The end of a session by the application's will. */
import { print, Text } from "../console/index.ts";
import { lengthOf, wipe } from "../lang/index.ts";
import { MAX_GROUPS, MULTICAST_SETUP } from "../packages/selection.ts";
import { ABP } from "../store/index.ts";
import { frame } from "./frame.ts";
import { breakOff, leaveSession } from "./joining.ts";
import { overwriteParameters, takeDefaults } from "./kept-parameters.ts";
import { mac } from "./mac.ts";
import { multicastGroups, removeGroup } from "./multicast.ts";
import { clearOutbox } from "./outbox.ts";
import { appSKey, devAddr, fNwkSIntKey, nwkSEncKey, session, sNwkSIntKey } from "./session.ts";
import { uplinkPayload } from "./uplink.ts";
import { LORAWAN_1_1 } from "./version.ts";

/**
 * Ends the session and all that is under way in it, and overwrites in RAM its keys, those of multicast groups, which
 * are gone with them, and the payloads of the last uplink and downlink: also the one that `onDownlink` was given. The
 * reply of a package that waits goes with it; sessions of packages with their servers go on. The device joins again.
 * One that was personalised is silent until it is switched on again: it then goes on with its counters, which stay, and
 * with defaults in place of what the network has set, which is overwritten in the store, too. False where the store
 * failed in that.
 */
export function wipeSession(): boolean {
  wipe(fNwkSIntKey, 0, 16);
  wipe(appSKey, 0, 16);
  if (LORAWAN_1_1) {
    wipe(sNwkSIntKey, 0, 16);
    wipe(nwkSEncKey, 0, 16);
  }
  wipe(devAddr, 0, 4);
  wipe(uplinkPayload, 0, lengthOf(uplinkPayload));
  wipe(frame, 0, 80);
  for (let i = 0; MULTICAST_SETUP && i < MAX_GROUPS; i++) removeGroup(multicastGroups[i]);
  clearOutbox();
  if (!ABP) {
    leaveSession();
    return true;
  }
  breakOff();
  session.joined = false;
  mac.isStopped = true;
  if (LORAWAN_1_1) return true;
  takeDefaults();
  if (overwriteParameters()) return true;
  print(Text.StoreFailed);
  return false;
}
