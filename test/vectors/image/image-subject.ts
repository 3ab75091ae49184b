/**
 * The functions of the image of runner.ts: a question is a store to power up with, the answer what the console says.
 */
import assert from "node:assert/strict";
import { PHY } from "../../../firmware/lorawan/frame.ts";
import type { Subject } from "../subject.ts";
import { Input, Operation } from "./runner.ts";

/** What an image says on its console after it has been powered up with this store. */
export type PowerUp = (store: Uint8Array) => Uint8Array;

/** Octets of the store. */
export const STORE_BYTES = 1024;

interface Inputs {
  readonly kind?: number;
  readonly direction?: number;
  readonly dataRate?: number;
  readonly channel?: number;
  readonly number16?: number;
  readonly fCnt?: number;
  readonly key?: Uint8Array;
  readonly joinEui?: Uint8Array;
  readonly devEui?: Uint8Array;
  readonly devAddr?: Uint8Array;
  readonly message?: Uint8Array;
  /** Where the message stands in the frame buffer. */
  readonly at?: number;
}

/** The firmware's functions, computed by `powerUp`. */
export function imageSubject(powerUp: PowerUp): Subject {
  const compute = (operation: Operation, inputs: Inputs): Uint8Array => {
    const answer = powerUp(storeOf(operation, inputs));
    assert.equal(answer.length, 1 + answer[0], "the length of the answer");
    return answer.subarray(1);
  };
  return {
    encryptBlock: (key, block) => compute(Operation.EncryptBlock, { key, message: block, at: 0 }),
    doubleBlock: (block) => compute(Operation.DoubleBlock, { message: block, at: 0 }),
    cmac: (key, message) => compute(Operation.Cmac, { key, message, at: 0 }),
    sessionKey10: (key, kind, message, number16) =>
      compute(Operation.SessionKey10, { key, kind, message, number16 }),
    sessionKey11: (key, kind, message, joinEui, number16) =>
      compute(Operation.SessionKey11, { key, kind, message, joinEui, number16 }),
    joinServerKey: (key, kind, devEui) => compute(Operation.JoinServerKey, { key, kind, devEui }),
    joinRequest: (joinEui, devEui, number16, key) =>
      compute(Operation.JoinRequest, { joinEui, devEui, number16, key }),
    decryptJoinAccept: (message, key) => compute(Operation.DecryptJoinAccept, { message, key }),
    hasJoinAcceptMic10: (message, key) => compute(Operation.JoinAcceptMic10, { message, key })[0] === 1,
    rejoinRequest: (kind, joinEui, devEui, number16, key) =>
      compute(Operation.RejoinRequest, { kind, joinEui, devEui, number16, key }),
    hasJoinAcceptMic11: (message, kind, joinEui, number16, key) =>
      compute(Operation.JoinAcceptMic11, { message, kind, joinEui, number16, key })[0] === 1,
    crypt: (key, kind, message, direction, devAddr, fCnt) =>
      compute(Operation.Crypt, { key, kind, message, direction, devAddr, fCnt }),
    cmacB0: (key, message, direction, number16, devAddr, fCnt) =>
      compute(Operation.CmacB0, { key, message, direction, number16, devAddr, fCnt }),
    cmacB1: (key, message, number16, dataRate, channel, devAddr, fCnt) =>
      compute(Operation.CmacB1, { key, message, number16, dataRate, channel, devAddr, fCnt }),
    groupKeys: (key, devAddr) => compute(Operation.GroupKeys, { key, devAddr }),
    parityLine: (number16, kind) => compute(Operation.ParityLine, { number16, kind }),
    pingOffset(fCnt, devAddr, kind) {
      const [low, high] = compute(Operation.PingOffset, { fCnt, devAddr, kind });
      return low + 256 * high;
    },
  };
}

function storeOf(operation: Operation, inputs: Inputs): Uint8Array {
  const { message = new Uint8Array(0), at = PHY } = inputs;
  const store = Buffer.alloc(STORE_BYTES);
  store[Input.Operation] = operation;
  store[Input.Kind] = inputs.kind ?? 0;
  store[Input.Direction] = inputs.direction ?? 0;
  store[Input.Length] = message.length;
  store[Input.DataRate] = inputs.dataRate ?? 0;
  store[Input.Channel] = inputs.channel ?? 0;
  store.writeUInt16LE(inputs.number16 ?? 0, Input.Number16);
  store.writeUInt32LE(inputs.fCnt ?? 0, Input.FCnt);
  store.set(inputs.key ?? [], Input.Key);
  store.set(inputs.joinEui ?? [], Input.JoinEui);
  store.set(inputs.devEui ?? [], Input.DevEui);
  store.set(inputs.devAddr ?? [], Input.DevAddr);
  store.set(message, Input.Frame + at);
  return store;
}
