/** Inputs to begin with of images that know multicast groups, and of those that know class B. */
import { beacon, downlink, groupFrame, octets, POWER_CYCLE, REPLAY, SILENCE, uplink } from "./words.ts";

/** DeviceTimeAns: 17 s behind a beacon. */
const TIME = 0x44332211;
const TOLD_TIME = downlink(6, octets("0d1122334480"));

function le32(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}

/** McGroupSetupReq for FCnts from 5 to 1000; McAddr and key are any. */
function setUpGroup(id: number): number[] {
  const key = Array.from({ length: 16 }, (_, i) => i * 7 + id);
  return [2, id, 0x10 + id, 0x20, 0x30, 0x40, ...key, ...le32(5), ...le32(1000)];
}

/** McClassCSessionReq and McClassBSessionReq: `after` seconds from the told time on, where the plan has them. */
function classCSession(id: number, after: number): number[] {
  return [4, id, ...le32(TIME + after), 8, ...octets("d2ad84"), 0];
}
function classBSession(id: number, after: number, periodicity: number, timeOut: number): number[] {
  return [5, id, ...le32(TIME + after), (periodicity << 4) | timeOut, 0, 0, 0, 3];
}

const SETUP_PORT = 200;
const TWO_GROUPS = [0, 1].flatMap((id) => [
  ...downlink(0, [SETUP_PORT, ...setUpGroup(id), 1, 15]),
  ...groupFrame(id, [10, 1, 2, 3]), // behind the answer
]);
const OTHER_REQUESTS = [0, 3, 1, 3, 2, 3, 0];

/** By the network that the session is with. */
const HEADERS = [0, 1];

/** Sessions of groups, whose downlinks come whenever the device listens. */
export const GROUP_SESSIONS: readonly (readonly number[])[] = HEADERS.flatMap((header) => [
  [header, ...uplink(0), ...TWO_GROUPS, ...groupFrame(0, [9, 1], 3), ...REPLAY, ...groupFrame(1, [9, 1], -1)],
  [
    ...[header, ...uplink(0), ...TOLD_TIME, ...uplink(0), ...TWO_GROUPS, ...uplink(0)],
    ...downlink(0, [SETUP_PORT, ...classCSession(0, 300), ...classCSession(1, 301)]),
    ...[...groupFrame(0, [9, 1]), ...groupFrame(1, [9, 1]), ...SILENCE, ...groupFrame(0, [9, 1], 990)],
    ...[...uplink(0), ...downlink(0, [SETUP_PORT, ...OTHER_REQUESTS]), ...SILENCE],
  ],
]);

/** Into class B: the time, the beacon, and PingSlotInfoAns; in the windows of the uplink that tells of it nothing comes. */
const INTO_CLASS_B = [
  ...[...uplink(0), ...TOLD_TIME, ...beacon(), ...downlink(1, [0x10]), ...SILENCE, ...SILENCE],
];

/** Requests of the network: PingSlotChannelReq and BeaconFreqReq, those that are refused last. */
const MOVES = ["11d2ad8403", "13d2ad84", "11d2ad8407", "1100000005", "13010203"].map(octets);

const QUIET = [...SILENCE, ...SILENCE];
const PING = downlink(0, [10, 1, 2, 3]);

/** Class B: beacons that come and that do not, ping slots with a frame and without, and groups that have some of their own. */
export const CLASS_B_SESSIONS: readonly (readonly number[])[] = HEADERS.flatMap((header) => [
  [header, ...INTO_CLASS_B, ...QUIET, ...PING, ...QUIET, ...beacon(), ...uplink(0), ...QUIET, ...PING],
  // In ping slots there are no MAC commands; a confirmed downlink has its answer soon.
  [header, ...INTO_CLASS_B, ...QUIET, ...downlink(1, [6]), ...downlink(0, [10, 1], 0, 0xc0), ...QUIET],
  // The beacon is late, spoilt, or another; or none comes any more for two hours.
  ...[beacon(0, 9), beacon(0, 0, 1), beacon(1), beacon(-1), REPLAY].map((heard) => [
    ...[header, ...INTO_CLASS_B, ...QUIET, ...heard, ...heard, ...QUIET, ...heard, ...heard],
  ]),
  [header, ...uplink(0), ...TOLD_TIME, ...Array(200).fill(SILENCE[0])],
  [header, ...INTO_CLASS_B, ...Array(200).fill(SILENCE[0])],
  ...MOVES.map((command) => [
    ...[header, ...uplink(0), ...TOLD_TIME, ...beacon(), ...downlink(command.length + 1, [0x10, ...command])],
    ...[...QUIET, ...PING, ...beacon(), ...PING],
  ]),
  ...[0, 15].map((timeOut) => [
    ...[header, ...uplink(0), ...TOLD_TIME, ...beacon()],
    ...downlink(0, [SETUP_PORT, ...setUpGroup(0), ...classBSession(0, 239, 4, timeOut)]),
    ...[...QUIET, ...beacon(), ...[1, 2, 3].flatMap((octet) => groupFrame(0, [10, octet]))],
    ...[...uplink(0), ...downlink(0, [SETUP_PORT, ...OTHER_REQUESTS]), ...POWER_CYCLE],
  ]),
  // Slots of two groups and of the device itself that collide, with and without FPending.
  [
    ...[header, ...uplink(0), ...TOLD_TIME, ...beacon()],
    ...downlink(1, [0x10, SETUP_PORT, ...setUpGroup(0), ...classBSession(0, 239, 0, 15)]),
    ...downlink(0, [SETUP_PORT, ...setUpGroup(1), ...classBSession(1, 239, 0, 15)]),
    ...[...QUIET, ...beacon(), ...groupFrame(0, [10, 1], 0, 0x10), ...groupFrame(1, [10, 1], 0, 0x10)],
    ...[...groupFrame(0, [10, 2]), ...Array(60).fill(SILENCE[0])],
  ],
]);
