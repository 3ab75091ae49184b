/**
 * Inputs to begin with, in the harness's words. The fuzzer finds the rest from there; without them it would have to guess
 * where a MAC command stands.
 */
import { CLASS_B_SESSIONS, GROUP_SESSIONS } from "./class-b-seeds.ts";
import type { Target, Variant } from "./variants.ts";
import { downlink, joinAccept, octets, POWER_CYCLE, REPLAY, SILENCE, uplink } from "./words.ts";

const CONFIRMED = 0xc0;

/** A command of each kind from the network, in clear. */
const COMMANDS = [
  "020a03", // LinkCheckAns
  "035107000135ff0001", // two LinkADRReq
  "03000000600331ff0070", // masks of all kinds
  "0407", // DutyCycleReq
  "0513d2ad84", // RXParamSetupReq
  "06", // DevStatusReq
  "0703a8228450", // NewChannelReq
  "0805", // RXTimingSetupReq
  "093f", // TxParamSetupReq
  "0a03a82284", // DlChannelReq
  "0b01", // RekeyConf
  "0c75", // ADRParamSetupReq
  "0d1122334480", // DeviceTimeAns
  "0e001c", // ForceRejoinReq of type 0, four times
  "0e2508", // and of type 2
  "0f00", // RejoinParamSetupReq
  "2002", // DeviceModeConf
].map(octets);

/** A CFList of five frequencies, and one of masks. */
const CF_LISTS = ["184f84e85684b85e84886684586e8400", "ff00000000000000020000000000000001"].map((hex) =>
  octets(hex).slice(0, 16),
);

const JOINS = [
  joinAccept(0x00, 1),
  joinAccept(0x80, 1),
  joinAccept(0x08, 0),
  joinAccept(0x88, 15, CF_LISTS[1]),
  ...CF_LISTS.map((list) => joinAccept(0x00, 5, list)),
];

const DOWNLINKS = [
  ...COMMANDS.map((commands) => downlink(commands.length, commands)),
  ...COMMANDS.map((commands) => downlink(0, [0, ...commands])),
  downlink(0x20, [10, 1, 2, 3], 1, CONFIRMED),
  downlink(0, [223, ...Array(60).fill(7)]),
  downlink(3, [1, 2, 3, 0, 5]),
  downlink(0, [1, 9], -1),
  // To the package for clock synchronisation, which some of the images have.
  downlink(0, [202, ...octets("00020303020110203040"), 1]),
];

/** Of a session whose network speaks 1.0, of one of 1.1, and of one with counters near their end. */
const HEADERS = [[0], [1], [3, ...octets("fffffffffffffffffffffffe")]];

/** A block of four fragments, the second of which is lost, and what is coded of all: the set-up has an answer of its own. */
const FRAGMENTS = [
  ...downlink(0, [201, 2, 0, 4, 0, 3, 0x40, 1, ...octets("01020304010000000000")]),
  ...[1, 3, 4, 5, 6, 7, 8, 9].flatMap((n, i) => [
    ...(i > 0 ? uplink(0) : []),
    ...downlink(0, [201, 8, n, 0, n, n + 1, n + 2]),
  ]),
];

/**
 * What a network has set of a personalised device in EU868, as the store keeps it: a fourth of the records there. The
 * harness takes it in pieces of 16 octets, and puts CRC and serial number behind it.
 */
function keptParameters(): number[] {
  const record = new Uint8Array(128);
  record.set(octets("00011000d2ad8400" + "287684" + "f87d84" + "c88584" + "b82284"));
  record.fill(0x50, 8 + 96, 8 + 112);
  record[8 + 112] = 0x0f;
  const pieces = Array.from({ length: 8 }, (_, i) => [6, 26 + i, ...record.subarray(16 * i, 16 * i + 16)]);
  return [0x80, ...pieces.flat(), 0, 0, 0];
}

/**
 * Two records of a personalised device's counters, of zeros, in slots 6 and 18: their serial number is as far from the
 * others as a slot's that has taken no write for long.
 */
function oldCounters(): number[] {
  const record = [...Array(14).fill(0), 150, 0];
  return [0x20, 6, 6, ...record, 6, 18, ...record, 0, 0, 0];
}

/**
 * A rejoin-request of each type that the network demands, and its join-accept; one of class C listens before each
 * window, and between.
 */
const REJOINS = [[], SILENCE].flatMap((listening) =>
  ["0e001c", "0e251c"].map((command) => [
    ...[1, ...uplink(0), ...listening, ...downlink(3, octets(command))],
    ...[...listening, ...listening, ...joinAccept(0x80, 1), ...uplink(0)],
  ]),
);

/** The inputs of a target of an image. */
export function seedsOf(target: Target, { config }: Variant): Uint8Array[] {
  const inputs = {
    join: () => JOINS.flatMap((join) => [join, [...join, ...uplink(4), ...SILENCE, ...SILENCE]]),
    downlink: () =>
      HEADERS.flatMap((header) => DOWNLINKS.map((frame) => [...header, ...frame, ...uplink(20), ...REPLAY])),
    session: () => [
      ...REJOINS,
      ...(config.MULTICAST_SETUP ? GROUP_SESSIONS : []),
      ...(config.CLASS_B ? CLASS_B_SESSIONS : []),
      ...HEADERS.flatMap((header) => [
        [...header, ...uplink(0), ...FRAGMENTS],
        ...DOWNLINKS.map((frame, i) => [
          ...[...header, ...uplink(51), ...frame, ...uplink(0), ...SILENCE],
          ...[...DOWNLINKS[(i * 7 + 3) % DOWNLINKS.length], ...POWER_CYCLE, ...JOINS[i % JOINS.length]],
        ]),
      ]),
    ],
    store: () => [
      // Blank, and the power goes at this write.
      ...[0, 1, 4, 9, 12, 18].map((write) => [0, write, 0, 0xa5, ...JOINS[0], 7, 0, 0x5a, ...JOINS[1]]),
      // The same JoinNonce twice, with RX2 as the one region has it and as the other.
      ...[0x00, 0x08, 0x80, 0x88].map((settings) => [
        ...[0, 0, 0, 0, ...joinAccept(settings, 1), ...POWER_CYCLE, ...joinAccept(settings, 1, [], -1)],
      ]),
      // A record with DevNonce 0102 and JoinNonce 030405, and a cell that is stuck.
      [0x14, 2, 5, 2, 1, 5, 4, 3, 0, 0, 0, 0x48, 0, 0, 0, 0, ...JOINS[0]],
      [...keptParameters(), ...uplink(4), ...SILENCE, ...SILENCE, ...POWER_CYCLE, ...uplink(4)],
      [...oldCounters(), ...uplink(4), ...SILENCE, ...SILENCE, ...POWER_CYCLE, ...uplink(4)],
      // The last DevNonce but one, and all of them used up.
      [0x10, 2, 0, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...SILENCE, ...SILENCE, ...SILENCE],
      [0x10, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
    ],
  }[target]();
  return inputs.map((input) => Uint8Array.from(input));
}
