/**
 * Certification protocol, TS009-1.0.0: a test tool commands the device, on FPort 224 and under the AppSKey. A downlink has one
 * command; one that is unknown, or longer or shorter than it should be, is as if it had not come. Those that tell of
 * beacons and relays are not known.
 */
import { PERIOD_S } from "#app";
import { reset } from "../hal/index.ts";
import {
  type Bytes,
  type Int,
  i8,
  lengthOf,
  load16le,
  table8,
  table16,
  u8,
  u32,
  view,
} from "../lang/index.ts";
import { switchAdr } from "../lorawan/adr.ts";
import { switchDutyCycle } from "../lorawan/channels/index.ts";
import { tellPingPeriodicity } from "../lorawan/class-b.ts";
import { sendContinuousWave } from "../lorawan/continuous-wave.ts";
import { switchClass } from "../lorawan/device-class.ts";
import { countApplicationDownlinks, resetApplicationDownlinks } from "../lorawan/downlink.ts";
import { joinAgain } from "../lorawan/joining.ts";
import { requestLinkCheck, requestTime } from "../lorawan/link.ts";
import { load24le } from "../lorawan/load24le.ts";
import { setPeriod } from "../lorawan/sending.ts";
import { session } from "../lorawan/session.ts";
import { switchConfirmed } from "../lorawan/uplink.ts";
import { CLASS_B, LORAWAN_1_1 } from "../lorawan/version.ts";
import { maxMacPayload } from "../regions/index.ts";
import { ABP, isCertificationOff, switchCertificationOff } from "../store/index.ts";
import { endReply, put, put16, startReply } from "./reply.ts";
import { FIRMWARE_VERSION } from "./selection.ts";

/** FPort of the package. */
export const CERTIFICATION_PORT = 224;

/** PackageIdentifier and PackageVersion. */
const PACKAGE_ID = 6;
const PACKAGE_VERSION = 1;

const enum Cid {
  PackageVersion = 0,
  DutReset = 1,
  DutJoin = 2,
  SwitchClass = 3,
  AdrBitChange = 4,
  RegionalDutyCycleCtrl = 5,
  TxPeriodicityChange = 6,
  TxFramesCtrl = 7,
  EchoIncPayload = 8,
  RxAppCnt = 9,
  RxAppCntReset = 10,
  LinkCheck = 0x20,
  DeviceTime = 0x21,
  PingSlotInfo = 0x22,
  TxCw = 0x7d,
  DutFPort224Disable = 0x7e,
  DutVersions = 0x7f,
}

/** Octets of the commands from PackageVersion to RxAppCntReset, CID included; 0: any number. TxFramesCtrl may have more. */
const LENGTHS = table8([1, 1, 1, 2, 2, 2, 2, 0, 0, 1, 1]);
const LAST_OF_LENGTHS = Cid.RxAppCntReset;

/** TxPeriodicityChangeReq: seconds from uplink to uplink, from 1 on; 0 means those of the application. */
const PERIODS_S = table16([5, 10, 20, 30, 40, 50, 60, 120, 240, 480]);

/** TxFramesCtrlReq. */
const UNCONFIRMED = 1;
const CONFIRMED = 2;

/** Octets of TxCwReq, CID included (TS009-1.0.0, 5.14). */
const TX_CW_LENGTH = 7;

/** Octets of a MACPayload besides its FRMPayload, where FOpts is empty. */
const F_HDR_AND_F_PORT = 8;

/** LoRaWAN and regional parameters that the device keeps to: major, minor, patch and revision, an octet each. */
const LORAWAN_VERSION = LORAWAN_1_1 ? 0x01010000 : 0x01000400;
const REGIONAL_VERSION = 0x02010004;

function hasRightLength(cid: u8, length: Int<1, 51>): boolean {
  if (cid === Cid.TxFramesCtrl) return length >= 2;
  if (cid === Cid.TxCw) return length === TX_CW_LENGTH;
  if (CLASS_B && cid === Cid.PingSlotInfo) return length === 2;
  const right = cid <= LAST_OF_LENGTHS ? LENGTHS[cid] : 1;
  return right === 0 || right === length;
}

/** Adds four octets, the most significant one first. */
function putVersion(version: u32): void {
  put(version >>> 24);
  put((version >>> 16) & 0xff);
  put((version >>> 8) & 0xff);
  put(version & 0xff);
}

/** TxPeriodicityChangeReq. */
function changePeriod(index: u8): void {
  // 3906.25 ticks a second.
  if (index === 0) setPeriod(u32((PERIOD_S * 15625) / 4));
  else if (index <= lengthOf(PERIODS_S)) setPeriod((PERIODS_S[index - 1] * 15625) >>> 2);
}

/** A switch: 1 is on, 0 off, all else reserved. */
function isSwitch(octet: u8): boolean {
  return octet <= 1;
}

/** EchoIncPayloadAns: each octet one more, as many as the data rate carries. */
function echo(payload: Bytes<51>, length: Int<1, 51>): void {
  const most = maxMacPayload(session.dataRate, session.isUplinkLimited) - F_HDR_AND_F_PORT;
  put(Cid.EchoIncPayload);
  for (let i = 1; i < length && i < most; i++) put(u8(payload[i] + 1));
}

/** The reply to a command; where it has none, nothing is put. One that still waits is given up: a payload holds one answer. */
function answer(payload: Bytes<51>, length: Int<1, 51>): void {
  endReply();
  startReply(CERTIFICATION_PORT);
  switch (payload[0]) {
    case Cid.PackageVersion:
      put(Cid.PackageVersion);
      put(PACKAGE_ID);
      put(PACKAGE_VERSION);
      break;
    case Cid.EchoIncPayload:
      echo(payload, length);
      break;
    case Cid.RxAppCnt:
      put(Cid.RxAppCnt);
      put16(countApplicationDownlinks());
      break;
    default:
      put(Cid.DutVersions);
      putVersion(FIRMWARE_VERSION);
      putVersion(LORAWAN_VERSION);
      putVersion(REGIONAL_VERSION);
      break;
  }
}

/** Does the command of a downlink. */
export function serveCertification(payload: Bytes<51>, length: Int<0, 51>): void {
  if (length === 0 || !hasRightLength(payload[0], length) || isCertificationOff()) return;
  const first = payload[1];
  if (CLASS_B && payload[0] === Cid.PingSlotInfo && first <= 7) tellPingPeriodicity(first);
  switch (payload[0]) {
    case Cid.PackageVersion:
    case Cid.EchoIncPayload:
    case Cid.RxAppCnt:
    case Cid.DutVersions:
      answer(payload, length);
      break;
    case Cid.DutReset:
      reset();
      break;
    case Cid.DutJoin:
      // A personalised device has nothing to join.
      if (!ABP) joinAgain();
      break;
    case Cid.SwitchClass:
      // One that the image has not got changes nothing.
      switchClass(first);
      break;
    case Cid.AdrBitChange:
      if (isSwitch(first)) switchAdr(first === 1);
      break;
    case Cid.RegionalDutyCycleCtrl:
      if (isSwitch(first)) switchDutyCycle(first === 1);
      break;
    case Cid.TxPeriodicityChange:
      changePeriod(first);
      break;
    case Cid.TxFramesCtrl:
      if (first === UNCONFIRMED || first === CONFIRMED) switchConfirmed(first === CONFIRMED);
      break;
    case Cid.RxAppCntReset:
      resetApplicationDownlinks();
      break;
    case Cid.LinkCheck:
      requestLinkCheck();
      break;
    case Cid.DeviceTime:
      requestTime();
      break;
    case Cid.TxCw:
      sendContinuousWave(load16le(payload, 1), load24le(view(payload, 3, 3)), i8(payload[6]));
      break;
    case Cid.DutFPort224Disable:
      switchCertificationOff();
      reset();
      break;
    default:
      break;
  }
}
