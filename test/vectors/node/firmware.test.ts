/** The firmware's cryptography, keys and frames under Node, against the known-answer vectors. */
import { cmac, doubleBlock, encryptBlock, forgetKey } from "../../../firmware/crypto/index.ts";
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
import { specifyVectors } from "../spec.ts";
import { frameBuffer, type Subject } from "../subject.ts";

/** What `work` leaves in a fresh block. */
function block(work: (block: Uint8Array) => void): Uint8Array {
  const made = new Uint8Array(16);
  work(made);
  return made;
}

/** The firmware's functions, called directly. */
const firmware: Subject = {
  encryptBlock(key, plaintext) {
    const made = Uint8Array.from(plaintext);
    encryptBlock(key, made);
    forgetKey();
    return made;
  },
  doubleBlock(input) {
    const made = Uint8Array.from(input);
    doubleBlock(made);
    return made;
  },
  cmac(key, message) {
    const buffer = new Uint8Array(80);
    buffer.set(message);
    return block((tag) => cmac(key, buffer, 0, message.length, tag));
  },
  sessionKey10: (rootKey, type, joinNonceAndNetId, devNonce) =>
    block((key) => deriveSessionKey10(rootKey, type, joinNonceAndNetId, devNonce, key)),
  sessionKey11: (rootKey, type, joinNonce, joinEui, devNonce) =>
    block((key) => deriveSessionKey11(rootKey, type, joinNonce, joinEui, devNonce, key)),
  joinServerKey: (nwkKey, type, devEui) => block((key) => deriveJoinServerKey(nwkKey, type, devEui, key)),
  joinRequest(joinEui, devEui, devNonce, key) {
    const frame = frameBuffer();
    writeJoinRequest(frame, joinEui, devEui, devNonce, key);
    return frame.slice(PHY, PHY + JOIN_REQUEST_LENGTH);
  },
  rejoinRequest(type, sender, devEui, count, key) {
    const frame = frameBuffer();
    writeRejoinRequest(frame, type, sender, devEui, count, key);
    return frame.slice(PHY, PHY + rejoinRequestLength(type));
  },
  decryptJoinAccept(phyPayload, key) {
    const frame = frameBuffer(phyPayload);
    decryptJoinAccept(frame, phyPayload.length, key);
    return frame.slice(PHY, PHY + phyPayload.length);
  },
  hasJoinAcceptMic10: (plain, key) => hasJoinAcceptMic10(frameBuffer(plain), plain.length, key),
  hasJoinAcceptMic11: (plain, joinReqType, joinEui, devNonce, key) =>
    hasJoinAcceptMic11(frameBuffer(plain), plain.length, joinReqType, joinEui, devNonce, key),
  crypt(key, use, data, direction, devAddr, fCnt) {
    const frame = frameBuffer(data);
    crypt(key, use, frame, PHY, PHY + data.length, direction, devAddr, fCnt);
    return frame.slice(PHY, PHY + data.length);
  },
  cmacB0: (key, message, direction, confFCnt, devAddr, fCnt) =>
    block((tag) =>
      cmacB0(key, frameBuffer(message), PHY + message.length, direction, confFCnt, devAddr, fCnt, tag),
    ),
  cmacB1: (key, message, confFCnt, dataRate, channel, devAddr, fCnt) =>
    block((tag) =>
      cmacB1(
        key,
        frameBuffer(message),
        PHY + message.length,
        confFCnt,
        dataRate,
        channel,
        devAddr,
        fCnt,
        tag,
      ),
    ),
  groupKeys(mcKey, mcAddr) {
    const group = new MulticastGroup();
    group.mcAddr.set(mcAddr);
    deriveGroupKeys(group, mcKey);
    return Uint8Array.of(...group.mcNwkSKey, ...group.mcAppSKey);
  },
  parityLine(line, count) {
    drawParityLine(line, count);
    return Uint8Array.from(parityLine);
  },
  pingOffset,
};

describe("known answers, under Node", () => specifyVectors(() => firmware));
