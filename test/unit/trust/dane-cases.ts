/** Random questions to a TLSA verifier: certificates of many kinds, and chains, records, names and dates about them. */
import { X509Certificate } from "node:crypto";
import { type TlsaRecord, tlsaData } from "../../../hil/trust/dane/index.ts";
import type { Random } from "../../fuzz/compiler/random.ts";
import { KeyUsageFlags, type Made, makeCertificate as make, rsa, type Wanted } from "./certificates.ts";
import type { JudgedQuestion } from "./openssl-dane.ts";

const SERVER = "js.join-b.example";
const CLIENT = "_ns-client.ns.net-a.example";
const ALIAS = "alias.example";
const SECOND_MS = 1000;

const makeCertificate = (wanted: Wanted): Promise<Made> => make({ ...wanted, keyIdentifiers: true });

/** A certificate and the one that it names as its issuer. */
interface Issued {
  readonly made: Made;
  readonly above: Issued | undefined;
}

/** What there is to choose from. */
export interface Certificates {
  readonly roots: readonly Issued[];
  readonly authorities: readonly Issued[];
  readonly leaves: readonly Issued[];
  /** Same name as the good intermediate, another key. */
  readonly namesake: Made;
}

const DAYS = { past: { from: -9, to: -1 }, future: { from: 1, to: 9 } } as const;

type Kind = Omit<Wanted, "subject" | "issuer">;

/** By what they are; "good" may issue anything. */
const ROOTS: Readonly<Record<string, Kind>> = {
  good: { authority: {} },
  other: { authority: {} },
  pathLength0: { authority: { pathLength: 0 } },
  pathLength1: { authority: { pathLength: 1 } },
  past: { authority: {}, ...DAYS.past },
  future: { authority: {}, ...DAYS.future },
  noBasicConstraints: { keyUsage: KeyUsageFlags.keyCertSign },
  permitted: { authority: {}, constraints: { permitted: ["join-b.example"] } },
  rsa: { authority: {}, algorithm: rsa(2048) },
  weak: { authority: {}, algorithm: rsa(1024) },
};

const INTERMEDIATES: Readonly<Record<string, Kind>> = {
  good: { authority: {} },
  pathLength0: { authority: { pathLength: 0 } },
  past: { authority: {}, ...DAYS.past },
  future: { authority: {}, ...DAYS.future },
  permitted: { authority: {}, constraints: { permitted: ["join-b.example", "net-a.example"] } },
  foreign: { authority: {}, constraints: { permitted: ["elsewhere.example"] } },
  subdomains: { authority: {}, constraints: { permitted: [".example"] } },
  excluded: { authority: {}, constraints: { excluded: ["join-b.example"] } },
  excludedHost: { authority: {}, constraints: { excluded: [SERVER] } },
  noAddresses: { authority: {}, constraints: { permitted: ["example"], otherForm: "address" } },
  noMail: { authority: {}, constraints: { otherForm: "mail" } },
  forClients: { authority: {}, extendedKeyUsage: ["clientAuth"] },
  forServers: { authority: {}, extendedKeyUsage: ["serverAuth"] },
  maySign: { authority: {}, keyUsage: KeyUsageFlags.keyCertSign },
  mayNotSign: { authority: {}, keyUsage: KeyUsageFlags.cRLSign },
  noBasicConstraints: {},
  unknownCritical: { authority: {}, unknownCritical: true },
  sha1: { authority: {}, hash: "SHA-1" },
  weak: { authority: {}, algorithm: rsa(1024) },
};

async function leafOf(random: Random, issuer: Made | undefined, number: number): Promise<Made> {
  const dnsNames = random.weighted<readonly string[] | undefined>([
    [10, [SERVER]],
    [5, [CLIENT]],
    [4, [SERVER, CLIENT]],
    [1, ["other.example"]],
    [2, ["*.join-b.example"]],
    [1, ["*.ns.net-a.example"]],
    [1, ["*.example", "j*.join-b.example"]],
    [1, ["JS.Join-B.Example", ALIAS]],
    [1, undefined],
  ]);
  return makeCertificate({
    subject: dnsNames ? `leaf ${number}` : SERVER,
    issuer,
    dnsNames,
    ...(random.chance(0.1) && { addresses: ["192.0.2.1"] }),
    extendedKeyUsage: random.weighted<Wanted["extendedKeyUsage"]>([
      [5, undefined],
      [5, ["serverAuth"]],
      [4, ["serverAuth", "clientAuth"]],
      [3, ["clientAuth"]],
      [1, ["any"]],
    ]),
    keyUsage: random.weighted<number | undefined>([
      [6, undefined],
      [5, KeyUsageFlags.digitalSignature],
      [1, KeyUsageFlags.keyAgreement],
    ]),
    ...random.weighted<Kind>([
      [12, {}],
      [1, DAYS.past],
      [1, DAYS.future],
      [1, { unknownCritical: true }],
      [0.5, { algorithm: rsa(1024) }],
      [0.5, { hash: "SHA-1" }],
      [0.5, { authority: {} }],
    ]),
  });
}

/** Some 40 authorities and the leaves below each of them. */
export async function makeCertificates(random: Random, leavesOfEach: number): Promise<Certificates> {
  const of = async (kinds: typeof ROOTS, above: Issued | undefined, level: string): Promise<Issued[]> =>
    Promise.all(
      Object.entries(kinds).map(async ([kind, wanted]) => ({
        made: await makeCertificate({ subject: `${kind} ${level}`, issuer: above?.made, ...wanted }),
        above,
      })),
    );
  const roots = await of(ROOTS, undefined, "root");
  const [good, other, pathLength0, pathLength1, , , , permitted] = roots;
  const first = await of(INTERMEDIATES, good, "intermediate");
  const [plain, short] = first;
  const again = await Promise.all(
    [pathLength0, pathLength1, ...roots.slice(4)].map(async (above) => ({
      made: await makeCertificate({ subject: "low", issuer: above.made, authority: {} }),
      above,
    })),
  );
  const deep = await Promise.all(
    [plain, short, again[0], again[1], permitted].map(async (above) => ({
      made: await makeCertificate({ subject: "lowest", issuer: above.made, authority: {} }),
      above,
    })),
  );
  const special: Issued[] = [
    // Cross-certified by the other root.
    {
      made: await makeCertificate({
        ...{ subject: plain.made.subject, issuer: other.made, authority: {} },
        sameKeysAs: plain.made,
      }),
      above: other,
    },
    // Self-issued: it does not count against a pathLenConstraint.
    {
      made: await makeCertificate({
        ...{ subject: pathLength0.made.subject, issuer: pathLength0.made, authority: {} },
      }),
      above: pathLength0,
    },
    // Signed by a key that is not the issuer's.
    {
      made: await makeCertificate({
        ...{ subject: "forged", issuer: good.made, signer: other.made, authority: {} },
      }),
      above: good,
    },
  ];
  const authorities = [...roots, ...first, ...again, ...deep, ...special];
  const leaves: Issued[] = [];
  for (const above of [...authorities, undefined])
    for (let i = 0; i < leavesOfEach; i++)
      leaves.push({ made: await leafOf(random, above?.made, leaves.length), above });
  return {
    roots,
    authorities,
    leaves,
    namesake: await makeCertificate({ subject: plain.made.subject, authority: {} }),
  };
}

/** Up to the root. */
function pathOf(leaf: Issued): Made[] {
  const path: Made[] = [];
  for (let at: Issued | undefined = leaf; at; at = at.above) path.push(at.made);
  return path;
}

function chainOf(random: Random, path: readonly Made[], all: Certificates): Made[] {
  const [leaf, ...above] = path;
  if (random.chance(0.65)) above.pop();
  if (random.chance(0.08) && above.length > 0) above.splice(random.below(above.length), 1);
  if (random.chance(0.12)) above.unshift(random.pick(all.authorities).made);
  if (random.chance(0.05)) above.splice(random.below(above.length + 1), 0, all.namesake);
  if (random.chance(0.05)) above.push(leaf);
  if (random.chance(0.08)) above.reverse();
  return [leaf, ...above];
}

function recordOf(random: Random, path: readonly Made[], all: Certificates): TlsaRecord {
  const ofLeaf = random.chance(0.45) || path.length === 1;
  const target = random.chance(0.12)
    ? random.pick(random.chance(0.5) ? all.authorities : all.leaves).made
    : ofLeaf
      ? path[0]
      : path[1 + random.below(path.length - 1)];
  let usage = random.pick(ofLeaf ? [1, 3] : [0, 2, 2]);
  if (random.chance(0.08)) usage = random.below(4);
  const selector = random.below(2);
  const matching = random.below(3);
  const data = tlsaData(target.der, { usage, selector, matching });
  const good = { usage, selector, matching, data };
  if (random.chance(0.85)) return good;
  const flipped = Buffer.from(data);
  flipped[random.below(flipped.length)] ^= 1 << random.below(8);
  return random.pick<TlsaRecord>([
    { ...good, data: flipped },
    { ...good, data: data.subarray(0, -1) },
    { ...good, data: Buffer.concat([data, Buffer.of(0)]) },
    { ...good, data: Buffer.alloc(0) },
    { ...good, usage: random.pick([4, 255]) },
    { ...good, selector: random.pick([2, 255]) },
    { ...good, matching: random.pick([3, 255]) },
  ]);
}

function dateOf(random: Random, chain: readonly Made[], now: Date): Date {
  if (random.chance(0.8)) return now;
  const { validFrom, validTo } = new X509Certificate(random.pick(chain).der);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return new Date(random.pick([from, from - SECOND_MS, to, to + SECOND_MS, to - SECOND_MS]));
}

function rootsOf(random: Random, path: readonly Made[], all: Certificates): Made[] {
  const own = path[path.length - 1];
  return random.weighted<() => Made[]>([
    [12, () => [own]],
    [3, () => [own, random.pick(all.roots).made]],
    [2, () => [random.pick(all.roots).made]],
    [2, () => [random.pick(path)]],
    [2, () => []],
  ])();
}

/** One question. `now` is between the validity periods' ends. */
export function randomQuestion(random: Random, all: Certificates, now: Date): JudgedQuestion {
  const path = pathOf(random.pick(all.leaves));
  const chain = chainOf(random, path, all);
  const purpose = random.weighted<"server" | "client">([
    [2, "server"],
    [1, "client"],
  ]);
  const host = purpose === "server" ? SERVER : CLIENT;
  const records = Array.from(
    {
      length: random.weighted([
        [1, 0],
        [40, 1],
        [25, 2],
        [15, 3],
        [8, 5],
      ]),
    },
    () => recordOf(random, path, all),
  );
  const pkix = random.chance(0.06);
  const needsRoots = pkix || records.some(({ usage }) => usage < 2);
  // OpenSSL 3.0 dereferences NULL where the leaf itself is a root and there is a bare key (check_dane_pkeys).
  const bareKey = records.some(({ usage, selector, matching }) => usage === 2 && selector === 1 && !matching);
  const roots = (needsRoots || random.chance(0.2) ? rootsOf(random, path, all) : []).filter(
    (root) => !bareKey || root !== path[0],
  );
  return {
    chain: chain.map(({ der }) => der),
    records: pkix ? undefined : records,
    name: random.weighted<string | string[]>([
      [16, host],
      [2, [ALIAS, host]],
      [1, "elsewhere.example"],
    ]),
    purpose,
    now: dateOf(random, chain, now),
    pkixRoots: roots.map(({ der }) => der),
  };
}
