/**
 * Fragmented data block transport, TS004-2.0.0, or with FRAGMENTATION_V1 on the wire of TS004-1.0.0: a block that is longer
 * than a frame, in fragments, with coded ones behind them for those that are lost. One session at a time, FragIndex 0.
 */
import { type Bytes, type Int, load16le, load32le, type u8, u16, type u32, view } from "../../lang/index.ts";
import { type GroupId, NO_GROUP } from "../../lorawan/multicast.ts";
import { downlinkGroup, MULTICAST } from "../../lorawan/multicast-downlink.ts";
import { delayReply, hasRoom, put, put16, putPackageVersion, startReply } from "../reply.ts";
import { FRAGMENTATION_V1, MAX_BLOCK, MAX_FRAGMENTS } from "../selection.ts";
import { blockMic } from "./block-mic.ts";
import { decoder, LONGEST_FRAGMENT, startDecoder, takeFragment } from "./decoder.ts";
import { endBlock } from "./sink.ts";

/** FPort of the package. */
export const FRAGMENTATION_PORT = 201;

/** PackageIdentifier and PackageVersion. */
const PACKAGE_ID = 3;
const PACKAGE_VERSION = FRAGMENTATION_V1 ? 1 : 2;

const enum Cid {
  PackageVersion = 0,
  Status = 1,
  Setup = 2,
  Delete = 3,
  BlockReceived = 4,
  Fragment = 8,
}

/** Octets of FragSessionSetupReq, CID included. */
const SETUP_LENGTH = FRAGMENTATION_V1 ? 11 : 17;

/** FragSessionStatusAns: what is wrong. */
const OUT_OF_MEMORY = 1;
const WRONG_MIC = 2;
const NO_SESSION = 4;

/** FragSessionSetupAns: why there is no session. */
const UNKNOWN_ALGORITHM = 1;
const NOT_ENOUGH_MEMORY = 2;
const UNKNOWN_INDEX = 4;
const USED_SESSION_COUNT = 16;

/** FragSessionDeleteAns: there was none to delete. DataBlockReceivedReq: the MIC is wrong. */
const NOTHING_TO_DELETE = 4;
const BLOCK_HAS_WRONG_MIC = 4;

/** Control of a set-up: the server wants to know of the whole block. */
const ACK_RECEPTION = 0x40;

export class FragSession {
  isOpen: boolean = false;
  /** Control. */
  control: u8 = 0;
  /** Octets that the last fragment is filled up with. */
  padding: u8 = 0;
  descriptor: u32 = 0;
  /** Of the last session: those that follow must have a greater one. */
  sessionCount: u16 = 0;
  hasSessionCount: boolean = false;
  mic: u32 = 0;
  isMicWrong: boolean = false;
}

export const fragSession = new FragSession();

/** McGroupBitMask of the session: by which groups its fragments may come, beside those for this device alone. */
let allowedGroups: u8 = 0;

function mayComeBy(group: GroupId): boolean {
  return group === NO_GROUP || ((allowedGroups >> group) & 1) !== 0;
}

/** The reply waits as BlockAckDelay says: up to 2^(delay + 4) s. */
function delayAnswer(): void {
  delayReply(16 << (fragSession.control & 7));
}

/** FragSessionStatusReq. A session that misses nothing answers only where all are to. */
function answerStatus(request: u8): void {
  const index = (request >> 1) & 3;
  const isOpen = fragSession.isOpen && index === 0;
  if (!isOpen && FRAGMENTATION_V1) return;
  if (isOpen && decoder.missing === 0 && (request & 1) === 0) return;
  let status: u8 = NO_SESSION;
  if (isOpen) {
    status = decoder.isOutOfMemory ? OUT_OF_MEMORY : 0;
    if (fragSession.isMicWrong) status = status | WRONG_MIC;
  }
  put(Cid.Status);
  if (!FRAGMENTATION_V1) put(status);
  put16((isOpen ? decoder.received : 0) + index * 0x4000);
  put(isOpen ? (decoder.missing < 255 ? decoder.missing : 255) : 0);
  if (FRAGMENTATION_V1) put(status);
  if (isOpen) delayAnswer();
}

/** FragSessionSetupReq, from behind its CID: takes the place of a session that is open. */
function setUp(request: Bytes<10>, sessionCount: u16, mic: u32): void {
  const index = (request[0] >> 4) & 3;
  const count = load16le(request, 1);
  const size = request[3];
  const control = request[4];
  const padding = request[5];
  let status: u8 = 0;
  if ((control & 0x38) !== 0) status = UNKNOWN_ALGORITHM;
  if (index !== 0) status = status | UNKNOWN_INDEX;
  if (!FRAGMENTATION_V1 && fragSession.hasSessionCount && sessionCount <= fragSession.sessionCount)
    status = status | USED_SESSION_COUNT;
  const fits =
    count > 0 &&
    count <= MAX_FRAGMENTS &&
    size > 0 &&
    size <= LONGEST_FRAGMENT &&
    padding < size &&
    count * size <= MAX_BLOCK;
  if (!fits) status = status | NOT_ENOUGH_MEMORY;
  put(Cid.Setup);
  put(status | (index << 6));
  if (status !== 0 || count === 0 || count > MAX_FRAGMENTS || size === 0 || size > LONGEST_FRAGMENT) return;
  if (MULTICAST) allowedGroups = request[0] & 15;
  fragSession.isOpen = true;
  fragSession.control = control;
  fragSession.padding = padding;
  fragSession.descriptor = load32le(request, 6);
  fragSession.sessionCount = sessionCount;
  fragSession.hasSessionCount = true;
  fragSession.mic = mic;
  fragSession.isMicWrong = false;
  startDecoder(count, size);
}

/** FragSessionDeleteReq. */
function remove(index: Int<0, 3>): void {
  put(Cid.Delete);
  if (index === 0 && fragSession.isOpen) {
    fragSession.isOpen = false;
    put(index);
  } else {
    put(index | NOTHING_TO_DELETE);
  }
}

/** The block is whole: hands it over, unless its MIC is wrong. */
function finish(): void {
  const length = u16(decoder.count * decoder.size - fragSession.padding);
  if (!FRAGMENTATION_V1) {
    const mic = blockMic(fragSession.sessionCount, 0, fragSession.descriptor, length);
    fragSession.isMicWrong = mic !== fragSession.mic;
    if ((fragSession.control & ACK_RECEPTION) !== 0) {
      startReply(FRAGMENTATION_PORT);
      put(Cid.BlockReceived);
      put(fragSession.isMicWrong ? BLOCK_HAS_WRONG_MIC : 0);
      delayAnswer();
    }
    if (fragSession.isMicWrong) return;
  }
  endBlock(length, fragSession.descriptor);
}

/** DataFragment, which has a downlink of its own: all behind its index is data. */
function takeData(payload: Bytes<51>, length: Int<0, 51>): void {
  const indexAndN = load16le(payload, 1);
  const n = indexAndN & 0x3fff;
  if (n === 0 || indexAndN > 0x3fff || !fragSession.isOpen || length !== decoder.size + 3) return;
  if (MULTICAST && !mayComeBy(downlinkGroup())) return;
  if (takeFragment(n, view(payload, 3, 48))) finish();
}

/** Obeys the commands of a downlink. One that is unknown, cut short or without room for its answer ends the processing. */
export function serveFragmentation(payload: Bytes<51>, length: Int<0, 51>): void {
  if (length > 3 && payload[0] === Cid.Fragment) {
    takeData(payload, length);
    return;
  }
  startReply(FRAGMENTATION_PORT);
  let at: Int<0, 51> = 0;
  while (at < length) {
    switch (payload[at]) {
      case Cid.PackageVersion:
        if (!putPackageVersion(PACKAGE_ID, PACKAGE_VERSION)) return;
        at++;
        break;
      case Cid.Status:
        if (at + 2 > length || !hasRoom(5)) return;
        answerStatus(payload[at + 1]);
        at += 2;
        break;
      case Cid.Setup:
        if (at + SETUP_LENGTH > length || !hasRoom(2)) return;
        if (FRAGMENTATION_V1) setUp(view(payload, at + 1, 10), 0, 0);
        else setUp(view(payload, at + 1, 10), load16le(payload, at + 11), load32le(payload, at + 13));
        at += SETUP_LENGTH;
        break;
      case Cid.Delete:
        if (at + 2 > length || !hasRoom(2)) return;
        remove(payload[at + 1] & 3);
        at += 2;
        break;
      case Cid.BlockReceived:
        // DataBlockReceivedAns: the server knows.
        if (FRAGMENTATION_V1 || at + 2 > length) return;
        at += 2;
        break;
      default:
        return;
    }
  }
}
