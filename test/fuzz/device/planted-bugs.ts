/**
 * Bugs of a MAC, as changes of the firmware's sources or of the C that the compiler makes of them: the fuzz must find each.
 * What would access memory outside of what there is the compiler refuses in the sources; such bugs are planted in the C.
 *
 * A change that no longer applies is an error: then the sources have moved, and the bug is to be planted where they now are.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "./variants.ts";

export interface PlantedBug extends Change {
  /** Which variant and target shows it, in so many executions, by which words. */
  readonly variant: string;
  readonly target: Target;
  readonly within: number;
  readonly finding: RegExp;
}

/** A change of a text that has one place for it. */
export interface Change {
  readonly name: string;
  /** Path in the package of a module of the firmware, or the name of a C file. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly find: string;
  readonly replacement: string;
}

/** Throws Error where the file has no such place, or several. */
export function replaceOnce({ name, file, find, replacement }: Change, text: string): string {
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`'${name}' has ${places} places in ${file}, not one`);
  return text.replace(find, () => replacement);
}

/** Texts that take the place of modules; none where the bug is one of the C. */
export function plantInFirmware(bug: PlantedBug, root: string): Record<string, string> {
  if (bug.file.endsWith(".c")) return {};
  const path = join(root, bug.file);
  return { [path]: replaceOnce(bug, readFileSync(path, "utf8")) };
}

/** The C files, with the bug where it is one of theirs. */
export function plantInC(bug: PlantedBug, files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (!bug.file.endsWith(".c")) return files;
  const text = files.get(bug.file);
  if (text === undefined) throw new Error(`'${bug.name}' has no place: the program has no ${bug.file}`);
  return new Map([...files, [bug.file, replaceOnce(bug, text)]]);
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "a frame is read that is longer than its buffer",
    file: "window.c",
    find: " && (received <= 64u /* MAX_LENGTH */)",
    replacement: "",
    variant: "1.0.4-US915",
    target: "downlink",
    within: 100_000,
    finding: /global-buffer-overflow.*firmware\/radio\/sx127x\/window\.ts/,
  },
  {
    name: "masks are taken of channels that there are not",
    file: "fixed.c",
    find: "if (control < 4u) {",
    replacement: "if (control < 8u) {",
    variant: "1.0.4-US915",
    target: "downlink",
    within: 100_000,
    finding: /index 1\d out of bounds/,
  },
  {
    name: "FOpts may reach beyond the frame",
    file: "firmware/lorawan/downlink.ts",
    find: "if (portAt > end) return false;",
    replacement: "",
    variant: "1.1-EU868",
    target: "downlink",
    within: 100_000,
    finding: /what is no downlink of the session is accepted/,
  },
  {
    name: "one octet of the MIC is compared",
    file: "firmware/lorawan/downlink.ts",
    find: "return equal(tag, 0, frame, end, MIC_LENGTH);",
    replacement: "return equal(tag, 0, frame, end, 1);",
    variant: "1.0.4-EU868",
    target: "downlink",
    within: 100_000,
    finding: /what is no downlink of the session is accepted/,
  },
  {
    name: "an acknowledgement is due before the MIC is known to be right",
    file: "firmware/lorawan/downlink.ts",
    find: "if (fCnt === NO_F_CNT ||",
    replacement: "if (isConfirmed) session.owesAck = true;\n  if (fCnt === NO_F_CNT ||",
    variant: "1.0.4-EU868",
    target: "downlink",
    within: 100_000,
    finding: /a downlink that is dropped has changed the device \(lorawan\/session\.ts:session\)/,
  },
  {
    name: "a counter stays where it is",
    file: "firmware/lorawan/downlink.ts",
    find: "else session.nextFCntDown = fCnt + 1;",
    replacement: "else session.nextFCntDown = fCnt;",
    variant: "1.1-EU868",
    target: "session",
    within: 100_000,
    finding: /FCntDown does not follow the accepted downlink/,
  },
  {
    name: "a CFList brings channels that the region has not",
    file: "firmware/lorawan/channels/dynamic.ts",
    find: "bandOf(frequency) === NO_BAND ? 0 : frequency",
    replacement: "frequency",
    variant: "1.0.4-EU868",
    target: "join",
    within: 100_000,
    finding: /a channel is outside of the region/,
  },
  {
    name: "a JoinNonce is taken twice",
    file: "firmware/lorawan/join.ts",
    find: "return isNetwork11 ? joinNonce > last : joinNonce !== last;",
    replacement: "return isNetwork11 ? joinNonce >= last : joinNonce !== last;",
    variant: "1.1-US915",
    target: "store",
    within: 100_000,
    finding: /what is no join-accept for this device is accepted/,
  },
  {
    name: "a number of a rejoin-request is used again",
    file: "firmware/lorawan/rejoin.ts",
    find: "rejoin.rjCount0 = count + 1;",
    replacement: "rejoin.rjCount0 = count;",
    variant: "1.1-EU868-class-C",
    target: "session",
    within: 100_000,
    finding: /RJcount0 does not follow the one before/,
  },
  {
    name: "a rejoin is answered under the key of the join",
    file: "firmware/lorawan/join.ts",
    find: "readJoinServerKey(KeyType.JSEnc, devEui);",
    replacement: "readJoinServerKey(KeyType.JSInt, devEui);",
    variant: "1.1-EU868-class-C",
    target: "session",
    within: 100_000,
    finding: /a join-accept for this device is refused/,
  },
  {
    name: "MAC commands are obeyed outside the windows of class A under 1.0.4",
    file: "firmware/lorawan/downlink.ts",
    find: "if (isClassA || !hasCommands) return true;",
    replacement: "if (isClassA || true) return true;",
    variant: "1.0.4-US915",
    target: "session",
    within: 100_000,
    finding: /what is no downlink of the session is accepted/,
  },
  {
    name: "a key stays behind where the MIC is wrong",
    file: "firmware/lorawan/join.ts",
    find: "wipeRootKey();\n  if (!valid)",
    replacement: "if (valid) wipeRootKey();\n  if (!valid)",
    variant: "1.0.4-EU868",
    target: "join",
    within: 100_000,
    finding: /a join-accept that is refused has changed the device \(lorawan\/join\.ts:rootKey\)/,
  },
  {
    name: "the newest record is written over",
    file: "firmware/store/journal.ts",
    find: "slot = slot < SLOT_COUNT - 1 ? slot + 1 : 0;",
    replacement: "slot = newestSlot;",
    variant: "1.0.4-EU868",
    target: "store",
    within: 100_000,
    finding: /a DevNonce comes back with the power|the JoinNonce is not the one of the last join/,
  },
  {
    name: "a DevNonce is used that is not stored",
    file: "firmware/store/journal.ts",
    find: "nonces.nextDevNonce = devNonce + 1;\n  return writeRecord();",
    replacement: "nonces.nextDevNonce = devNonce + 1;\n  return true;",
    variant: "1.0.4-EU868",
    target: "store",
    within: 100_000,
    finding: /a DevNonce comes back with the power/,
  },
  {
    name: "a block is handed over that is longer than what came",
    file: "firmware/packages/fragmentation/index.ts",
    find: "decoder.count * decoder.size - fragSession.padding",
    replacement: "decoder.count * decoder.size + fragSession.padding",
    variant: "1.0.4-US915",
    target: "session",
    within: 100_000,
    finding: /a block is handed over that is not whole/,
  },
  {
    name: "an FCntUp of a personalised device is used that is not stored",
    file: "firmware/lorawan/abp.ts",
    find: "if (session.fCntUp < counters.fCntUpBound) return true;",
    replacement: "if (session.fCntUp <= counters.fCntUpBound) return true;",
    variant: "1.0.4-EU868-ABP",
    target: "store",
    within: 100_000,
    finding: /an FCntUp comes back with the power|an FCntUp was there before/,
  },
  {
    name: "a downlink is taken whose FCntDown is not stored",
    file: "firmware/lorawan/downlink.ts",
    find: "if (ABP && !keepFCntDown(isClassA)) return false;",
    replacement: "if (ABP && session.nextFCntDown === 0) return false;",
    variant: "1.0.4-EU868-ABP",
    target: "session",
    within: 100_000,
    finding: /a downlink could be accepted again/,
  },
  {
    name: "channels of another region are taken from the store",
    file: "firmware/lorawan/kept-parameters.ts",
    find: "if (!areChannelsAllowed() || !takeSession()) {",
    replacement: "if (!takeSession()) {",
    variant: "1.0.4-EU868-ABP",
    target: "store",
    within: 100_000,
    finding: /a channel is outside of the region|RX1 is outside of the region/,
  },
  {
    name: "the key of ping slots is taken for the one that is used next",
    file: "firmware/lorawan/ping-slots.ts",
    find: "encryptBlock(key, block);\n  forgetKey();",
    replacement: "encryptBlock(key, block);",
    variant: "1.1-EU868-class-B",
    target: "session",
    within: 100_000,
    finding: /is dropped|wrong MIC|too late or too early|the payload is not the one of the frame/,
  },
  {
    name: "a group takes a frame twice",
    file: "firmware/lorawan/multicast-downlink.ts",
    find: "to.nextFCnt = fCnt + 1;",
    replacement: "to.nextFCnt = fCnt;",
    variant: "1.1-EU868-class-B",
    target: "session",
    within: 100_000,
    finding: /McFCount does not follow the accepted frame/,
  },
];

/** The first bug of each target: those that the short form looks for. */
export const SHORT_FORM = PLANTED_BUGS.filter(
  ({ target }, index) => PLANTED_BUGS.findIndex((other) => other.target === target) === index,
);
