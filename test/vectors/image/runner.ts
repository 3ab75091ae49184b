/**
 * The entry of an image that computes one known answer at power-up: operation and inputs from the store,
 * the result to the console, its length first. In the device language, as the firmware that it calls.
 */
import { cmac, doubleBlock, encryptBlock, forgetKey } from "../../../firmware/crypto/index.ts";
import { consoleWrite, now, sleepUntil, storeRead } from "../../../firmware/hal/index.ts";
import { type Bytes, copy, type Int, type u8, type u16, u32, view } from "../../../firmware/lang/index.ts";
import { cmacB0, cmacB1, crypt } from "../../../firmware/lorawan/data-security.ts";
import { PHY } from "../../../firmware/lorawan/frame.ts";
import {
  decryptJoinAccept,
  hasJoinAcceptMic10,
  hasJoinAcceptMic11,
  JOIN_REQUEST_LENGTH,
  rejoinRequestLength,
  writeJoinRequest,
  writeRejoinRequest,
} from "../../../firmware/lorawan/join-frames.ts";
import {
  deriveJoinServerKey,
  deriveSessionKey10,
  deriveSessionKey11,
} from "../../../firmware/lorawan/keys.ts";
import { deriveGroupKeys, MulticastGroup } from "../../../firmware/lorawan/multicast.ts";
import { pingOffset } from "../../../firmware/lorawan/ping-slots.ts";
import { drawParityLine, parityLine } from "../../../firmware/packages/fragmentation/parity-line.ts";

/** What to compute. */
export const enum Operation {
  EncryptBlock = 1,
  DoubleBlock,
  Cmac,
  SessionKey10,
  SessionKey11,
  JoinServerKey,
  JoinRequest,
  DecryptJoinAccept,
  JoinAcceptMic10,
  RejoinRequest,
  JoinAcceptMic11,
  Crypt,
  CmacB0,
  CmacB1,
  GroupKeys,
  ParityLine,
  PingOffset,
}

/** Where the inputs stand in the store. Numbers are least significant octet first. */
export const enum Input {
  Operation = 0,
  /** Key type, use of the cipher, count of fragments, or periodicity. */
  Kind = 1,
  Direction = 2,
  /** Octets of the message, in the frame buffer from octet 16 on; of Cmac from octet 0 on. */
  Length = 3,
  DataRate = 4,
  Channel = 5,
  /** DevNonce, ConfFCnt, or number of a line. */
  Number16 = 6,
  /** Or the time of a beacon. */
  FCnt = 8,
  Key = 16,
  JoinEui = 32,
  DevEui = 40,
  DevAddr = 48,
  Frame = 64,
}

const key = new Uint8Array(16);
const joinEui = new Uint8Array(8);
const devEui = new Uint8Array(8);
const devAddr = new Uint8Array(4);
const frame = new Uint8Array(80);
const result = new Uint8Array(16);
const group = new MulticastGroup();

function read16(address: Int<0, 1022>): u16 {
  return storeRead(address) + storeRead(address + 1) * 0x100;
}

function readInputs(): void {
  for (let i = 0; i < 16; i++) key[i] = storeRead(Input.Key + i);
  for (let i = 0; i < 8; i++) joinEui[i] = storeRead(Input.JoinEui + i);
  for (let i = 0; i < 8; i++) devEui[i] = storeRead(Input.DevEui + i);
  for (let i = 0; i < 4; i++) devAddr[i] = storeRead(Input.DevAddr + i);
  for (let i = 0; i < 80; i++) frame[i] = storeRead(Input.Frame + i);
}

function answer(data: Bytes<64>, length: Int<0, 64>): void {
  consoleWrite(length);
  for (let i = 0; i < length; i++) consoleWrite(data[i]);
}

function answerBlock(block: Bytes<16>): void {
  consoleWrite(16);
  for (let i = 0; i < 16; i++) consoleWrite(block[i]);
}

function answerBoolean(value: boolean): void {
  consoleWrite(1);
  consoleWrite(value ? 1 : 0);
}

function computePackages(operation: u8, kind: u8, number16: u16): void {
  switch (operation) {
    case Operation.GroupKeys:
      copy(group.mcAddr, 0, devAddr, 0, 4);
      deriveGroupKeys(group, key);
      consoleWrite(32);
      for (let i = 0; i < 16; i++) consoleWrite(group.mcNwkSKey[i]);
      for (let i = 0; i < 16; i++) consoleWrite(group.mcAppSKey[i]);
      break;
    case Operation.ParityLine:
      if (number16 >= 1 && number16 <= 16383 && kind >= 1) drawParityLine(number16, kind);
      consoleWrite(16);
      for (let i = 0; i < 16; i++) consoleWrite(parityLine[i]);
      break;
    default:
      break;
  }
}

function computeData(operation: u8, length: Int<0, 64>, number16: u16): void {
  const kind = storeRead(Input.Kind);
  const direction = storeRead(Input.Direction);
  const dataRate = storeRead(Input.DataRate);
  const channel = storeRead(Input.Channel);
  const fCnt = u32(read16(Input.FCnt) + read16(Input.FCnt + 2) * 0x10000);
  switch (operation) {
    case Operation.Crypt:
      crypt(key, kind, frame, PHY, PHY + length, direction, devAddr, fCnt);
      answer(view(frame, PHY, 64), length);
      break;
    case Operation.CmacB0:
      cmacB0(key, frame, PHY + length, direction, number16, devAddr, fCnt, result);
      answerBlock(result);
      break;
    case Operation.CmacB1:
      cmacB1(key, frame, PHY + length, number16, dataRate, channel, devAddr, fCnt, result);
      answerBlock(result);
      break;
    case Operation.PingOffset: {
      const offset = pingOffset(fCnt, devAddr, kind & 7);
      consoleWrite(2);
      consoleWrite(offset & 0xff);
      consoleWrite(offset >> 8);
      break;
    }
    default:
      computePackages(operation, kind, number16);
      break;
  }
}

function computeJoin(operation: u8, length: Int<0, 64>, devNonce: u16): void {
  const kind = storeRead(Input.Kind);
  switch (operation) {
    case Operation.SessionKey10:
      deriveSessionKey10(key, kind, view(frame, PHY, 6), devNonce, result);
      answerBlock(result);
      break;
    case Operation.SessionKey11:
      deriveSessionKey11(key, kind, view(frame, PHY, 3), joinEui, devNonce, result);
      answerBlock(result);
      break;
    case Operation.JoinServerKey:
      deriveJoinServerKey(key, kind, devEui, result);
      answerBlock(result);
      break;
    case Operation.JoinRequest:
      writeJoinRequest(frame, joinEui, devEui, devNonce, key);
      answer(view(frame, PHY, 64), JOIN_REQUEST_LENGTH);
      break;
    case Operation.RejoinRequest:
      writeRejoinRequest(frame, kind, joinEui, devEui, devNonce, key);
      answer(view(frame, PHY, 64), rejoinRequestLength(kind));
      break;
    case Operation.DecryptJoinAccept:
      decryptJoinAccept(frame, length, key);
      answer(view(frame, PHY, 64), length);
      break;
    case Operation.JoinAcceptMic10:
      answerBoolean(hasJoinAcceptMic10(frame, length, key));
      break;
    case Operation.JoinAcceptMic11:
      answerBoolean(hasJoinAcceptMic11(frame, length, kind, joinEui, devNonce, key));
      break;
    default:
      computeData(operation, length, devNonce);
      break;
  }
}

export function main(): void {
  readInputs();
  const operation = storeRead(Input.Operation);
  const length = storeRead(Input.Length);
  switch (operation) {
    case Operation.EncryptBlock:
      copy(result, 0, frame, 0, 16);
      encryptBlock(key, result);
      forgetKey();
      answerBlock(result);
      break;
    case Operation.DoubleBlock:
      copy(result, 0, frame, 0, 16);
      doubleBlock(result);
      answerBlock(result);
      break;
    case Operation.Cmac:
      if (length <= 80) cmac(key, frame, 0, length, result);
      answerBlock(result);
      break;
    default:
      if (length <= 64) computeJoin(operation, length, read16(Input.Number16));
      break;
  }
  for (;;) sleepUntil(u32(now() + 1000000));
}
