/**
 * Domain names (RFC 1034 section 3.1, RFC 1035 sections 2.3.4 and 3.1) in one written form.
 *
 * Everywhere in this folder a name is its canonical text: lower case (RFC 4034 section 6.2), absolute,
 * without the final dot, the root being ".". An octet that a zone file would have to quote is written as
 * `\DDD`, so a dot in the text always separates two labels.
 */

const MAX_LABEL_OCTETS = 63;
const MAX_NAME_OCTETS = 255;

/** The root of the name space. */
export const ROOT = ".";

/** Upper-case ASCII letters are the only octets that compare without case (RFC 4343). */
function lowerCase(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}

function labelText(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    const character = String.fromCharCode(lowerCase(octet));
    text +=
      /[!-~]/.test(character) && !/["$();@\\.]/.test(character)
        ? character
        : `\\${String(octet).padStart(3, "0")}`;
  }
  return text;
}

function labelsText(labels: readonly Uint8Array[]): string {
  return labels.length === 0 ? ROOT : labels.map(labelText).join(".");
}

/** Splits written text at its dots and resolves `\DDD` and `\X`; knows nothing of lengths. */
function splitLabels(text: string): number[][] {
  const labels: number[][] = [[]];
  for (let i = 0; i < text.length; i++) {
    const label = labels[labels.length - 1];
    const code = text.charCodeAt(i);
    if (code < 0x21 || code > 0x7e) {
      throw new Error(
        `domain name ${JSON.stringify(text)}: character ${i} is not printable ASCII; write an international label as its A-label (xn--...)`,
      );
    }
    if (text[i] === ".") labels.push([]);
    else if (text[i] !== "\\") label.push(code);
    else if (/^\d{3}$/.test(text.slice(i + 1, i + 4)) && Number(text.slice(i + 1, i + 4)) < 256) {
      label.push(Number(text.slice(i + 1, i + 4)));
      i += 3;
    } else if (i + 1 < text.length && !/\d/.test(text[i + 1])) {
      label.push(text.charCodeAt(i + 1));
      i += 1;
    } else {
      throw new Error(
        `domain name ${JSON.stringify(text)}: "\\" must be followed by three digits or a character`,
      );
    }
  }
  return labels;
}

/**
 * The canonical text of a written name, with or without the final dot, in any case.
 * @throws Error if a label has not 1 to 63 octets, the name has more than 255, or a character is not printable ASCII.
 */
export function parseName(text: string): string {
  if (text === ROOT) return ROOT;
  const labels = splitLabels(text);
  if (labels.length > 1 && labels[labels.length - 1].length === 0) labels.pop();
  let nameOctets = 1;
  for (const label of labels) {
    if (label.length === 0) throw new Error(`domain name ${JSON.stringify(text)}: a label is empty`);
    if (label.length > MAX_LABEL_OCTETS) {
      throw new Error(
        `domain name ${JSON.stringify(text)}: a label has ${label.length} octets, at most ${MAX_LABEL_OCTETS} are allowed`,
      );
    }
    nameOctets += 1 + label.length;
  }
  if (nameOctets > MAX_NAME_OCTETS) {
    throw new Error(
      `domain name ${JSON.stringify(text)}: ${nameOctets} octets on the wire, at most ${MAX_NAME_OCTETS} are allowed`,
    );
  }
  return labelsText(labels.map((label) => Uint8Array.from(label)));
}

/** The octets of each label of a canonical name, leftmost first; none for the root. */
function nameLabels(name: string): Buffer[] {
  return name === ROOT ? [] : splitLabels(name).map((label) => Buffer.from(label));
}

/** A canonical name on the wire, uncompressed (RFC 1035 section 3.1). */
export function nameToWire(name: string): Buffer {
  return Buffer.concat([
    ...nameLabels(name).flatMap((label) => [Buffer.of(label.length), label]),
    Buffer.of(0),
  ]);
}

/**
 * Reads the uncompressed name at `offset` of a message.
 * @returns its canonical text and the offset of the first octet after it.
 * @throws Error if the name is cut short, longer than 255 octets, or compressed.
 */
export function nameFromWire(message: Uint8Array, offset: number): { name: string; end: number } {
  const labels: Uint8Array[] = [];
  let at = offset;
  for (;;) {
    const length = message[at];
    if (length === undefined) throw new Error("the message ends inside a domain name");
    if (length > MAX_LABEL_OCTETS) throw new Error("a domain name is compressed where it must not be");
    at += 1;
    if (at + length > message.length) throw new Error("the message ends inside a domain name");
    if (at + length - offset > MAX_NAME_OCTETS) throw new Error("a domain name has more than 255 octets");
    if (length === 0) return { name: labelsText(labels), end: at };
    labels.push(message.subarray(at, at + length));
    at += length;
  }
}

/** A canonical name as zone files write it: with the final dot. */
export function absoluteText(name: string): string {
  return name === ROOT ? ROOT : `${name}.`;
}

/** Canonical order of two canonical names, for `sort` (RFC 4034 section 6.1). */
export function compareNames(left: string, right: string): number {
  const leftLabels = nameLabels(left).reverse();
  const rightLabels = nameLabels(right).reverse();
  const common = Math.min(leftLabels.length, rightLabels.length);
  for (let i = 0; i < common; i++) {
    const order = Buffer.compare(leftLabels[i], rightLabels[i]);
    if (order !== 0) return order;
  }
  return leftLabels.length - rightLabels.length;
}

/** Whether canonical `name` is `ancestor` or lies below it. */
export function isWithin(name: string, ancestor: string): boolean {
  return ancestor === ROOT || name === ancestor || name.endsWith(`.${ancestor}`);
}

/** The name without its leftmost label. @throws Error for the root, which has no parent. */
export function parentName(name: string): string {
  if (name === ROOT) throw new Error("the root has no parent name");
  const dot = name.indexOf(".");
  return dot < 0 ? ROOT : name.slice(dot + 1);
}

/** `child` below `parent`, both canonical. */
export function childName(label: string, parent: string): string {
  return parent === ROOT ? label : `${label}.${parent}`;
}

/** The name and its ancestors up to and including `top`, nearest first. */
export function namesUpTo(name: string, top: string): string[] {
  const names = [name];
  while (names[names.length - 1] !== top) names.push(parentName(names[names.length - 1]));
  return names;
}

/** Number of labels without the root, a leading `*` not counted: the Labels field of RFC 4034 section 3.1.3. */
export function labelCount(name: string): number {
  const labels = name === ROOT ? [] : name.split(".");
  return labels[0] === "*" ? labels.length - 1 : labels.length;
}
