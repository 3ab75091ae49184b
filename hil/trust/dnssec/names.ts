/**
 * Domain names as the validator compares them: text without the final dot, ASCII letters in lower case, the root "."
 * (RFC 4034 section 6).
 */

const MAX_LABEL_OCTETS = 63;
const MAX_NAME_OCTETS = 255;

export const ROOT = ".";

/** Lower-cases ASCII letters only (RFC 4343) and drops the final dot. */
export function canonicalName(name: string): string {
  const lower = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower.length > 1 && lower.endsWith(".") ? lower.slice(0, -1) : lower || ROOT;
}

/** Leftmost first; the root has none. */
export const labelsOf = (name: string): string[] => (name === ROOT ? [] : name.split("."));

const nameOf = (labels: readonly string[]): string => labels.join(".") || ROOT;

/** Uncompressed wire form of a canonical name. @throws RangeError for a label or name that is too long or empty */
export function nameToWire(name: string): Buffer {
  const parts: Buffer[] = [];
  for (const label of labelsOf(name)) {
    const octets = Buffer.from(label);
    if (octets.length < 1 || octets.length > MAX_LABEL_OCTETS)
      throw new RangeError(`domain name ${name}: a label has 1..${MAX_LABEL_OCTETS} octets`);
    parts.push(Buffer.of(octets.length), octets);
  }
  const wire = Buffer.concat([...parts, Buffer.of(0)]);
  if (wire.length > MAX_NAME_OCTETS)
    throw new RangeError(`domain name ${name}: longer than ${MAX_NAME_OCTETS} octets`);
  return wire;
}

/** Canonical order (RFC 4034 section 6.1): label by label from the right, as octets. */
export function compareNames(left: string, right: string): number {
  const a = labelsOf(left).reverse();
  const b = labelsOf(right).reverse();
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = Buffer.compare(Buffer.from(a[i]), Buffer.from(b[i]));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Whether `name` is `ancestor` or lies below it. */
export const isWithin = (name: string, ancestor: string): boolean =>
  ancestor === ROOT || name === ancestor || name.endsWith(`.${ancestor}`);

export const isBelow = (name: string, ancestor: string): boolean =>
  name !== ancestor && isWithin(name, ancestor);

/** The rightmost `count` labels. */
export const rightmost = (name: string, count: number): string => {
  const labels = labelsOf(name);
  return nameOf(labels.slice(labels.length - count));
};

/** The longest name that both lie within. */
export function commonAncestor(left: string, right: string): string {
  const a = labelsOf(left).reverse();
  const b = labelsOf(right).reverse();
  let common = 0;
  while (common < Math.min(a.length, b.length) && a[common] === b[common]) common++;
  return rightmost(left, common);
}

export const wildcardOf = (encloser: string): string => (encloser === ROOT ? "*" : `*.${encloser}`);
