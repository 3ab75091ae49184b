/**
 * The reply of a package, which waits here until its uplink is due: answers to all commands of a downlink go in one
 * payload, in the order in which they came. There is one reply at a time; a package that begins one where that of
 * another still waits takes its place, and the server asks again.
 */
import { type Int, lengthOf, type u8, type u16, u32, wipe } from "../lang/index.ts";
import { gpsTime } from "../lorawan/link.ts";
import { random16 } from "../lorawan/random.ts";
import { PACKAGE_ROOM } from "./selection.ts";

export const replyOctets = new Uint8Array(PACKAGE_ROOM);

class Reply {
  /** 0: there is none. */
  port: Int<0, 224> = 0;
  length: Int<0, 51> = 0;
  /** Seconds of the device's time from which on it may go. */
  dueAt: u32 = 0;
}

const reply = new Reply();

/** What is put from now on goes to `port` at once, behind what waits for that port already. */
export function startReply(port: Int<1, 224>): void {
  if (reply.port !== port) reply.length = 0;
  reply.port = port;
  reply.dueAt = gpsTime();
}

/** Whether there is room for `count` octets: a command whose answer has none is not obeyed. */
export function hasRoom(count: Int<0, 51>): boolean {
  return reply.length + count <= PACKAGE_ROOM;
}

/** Adds an octet. */
export function put(octet: u8): void {
  if (reply.length >= PACKAGE_ROOM) return;
  replyOctets[reply.length] = octet;
  reply.length++;
}

/** Adds two octets, the least significant one first. */
export function put16(value: u16): void {
  put(value & 0xff);
  put(value >>> 8);
}

/** Adds four octets, the least significant one first. */
export function put32(value: u32): void {
  put16(value & 0xffff);
  put16(value >>> 16);
}

/** Adds PackageVersionAns, whose CID is 0 in each package. False where there is no room for it. */
export function putPackageVersion(id: u8, version: u8): boolean {
  if (!hasRoom(3)) return false;
  put(0);
  put(id);
  put(version);
  return true;
}

/** The reply waits from 0 to `longestS` seconds, by chance: many devices were asked at once. */
export function delayReply(longestS: Int<0, 65535>): void {
  reply.dueAt = u32(gpsTime() + ((random16() * longestS) >>> 16));
}

/** The FPort of the reply; 0 where none waits. */
export function replyPort(): Int<0, 224> {
  return reply.length === 0 ? 0 : reply.port;
}

/** When the reply is due, in seconds of the device's time. */
export function replyDueAt(): u32 {
  return reply.dueAt;
}

/** Writes the reply into `payload` as far as there is room, and returns its length. */
export function writeReply(payload: Uint8Array): Int<0, 51> {
  const length = reply.length;
  for (let i = 0; i < length && i < lengthOf(payload) && i < PACKAGE_ROOM; i++) payload[i] = replyOctets[i];
  return length;
}

/** The reply is on its way, or its session is over. It may have echoed what the application's server sent. */
export function endReply(): void {
  reply.port = 0;
  reply.length = 0;
  wipe(replyOctets, 0, PACKAGE_ROOM);
}

/** The device's time was set forward by `correction` seconds. */
export function shiftReply(correction: u32): void {
  reply.dueAt = u32(reply.dueAt + correction);
}
