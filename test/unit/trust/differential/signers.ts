/** Zones signed by others: ldns-signzone, BIND's dnssec-signzone and Knot's kzonesign. */
import { readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { runTool } from "../dns-judges.ts";

export type Signer = "ldns" | "bind" | "knot";

/** How a zone denies what it does not have. */
export interface Denial {
  readonly kind: "nsec" | "nsec3" | "opt-out";
  /** Of NSEC3 hashing. */
  readonly iterations: number;
}

/** Names of the algorithms as the tools know them, by number. */
export const ALGORITHM_NAME = {
  7: "NSEC3RSASHA1",
  8: "RSASHA256",
  10: "RSASHA512",
  13: "ECDSAP256SHA256",
  14: "ECDSAP384SHA384",
  15: "ED25519",
  16: "ED448",
} as const;

export interface SigningPlan {
  readonly origin: string;
  readonly signer: Signer;
  readonly denial: Denial;
  readonly algorithm: keyof typeof ALGORITHM_NAME;
  readonly inception: Date;
  readonly expiration: Date;
}

const RSA_BITS = 2048;
const SALT = "AABBCCDD";

async function mustRun(tool: string, args: readonly string[]): Promise<string> {
  const { code, output } = await runTool(tool, args);
  if (code !== 0) throw new Error(`${tool} ${args.join(" ")} ended with code ${code}:\n${output}`);
  return output;
}

const compactTime = (instant: Date): string => instant.toISOString().slice(0, 19).replace(/\D/g, "");

/** Both keys of a zone, made by BIND, which ldns can read too. @returns the base names of their files */
async function makeKeys(folder: string, { origin, algorithm }: SigningPlan): Promise<string[]> {
  const name = ALGORITHM_NAME[algorithm];
  const bits = name.includes("RSA") ? ["-b", `${RSA_BITS}`] : [];
  const make = (more: readonly string[]) =>
    mustRun("dnssec-keygen", ["-q", "-K", folder, "-a", name, ...bits, ...more, `${origin}.`]);
  return [(await make(["-f", "KSK"])).trim(), (await make([])).trim()];
}

async function signWithLdns(
  plan: SigningPlan,
  folder: string,
  unsigned: string,
  signed: string,
): Promise<void> {
  const { denial } = plan;
  const keys = await makeKeys(folder, plan);
  const nsec3 =
    denial.kind === "nsec"
      ? []
      : ["-n", "-t", `${denial.iterations}`, "-s", SALT, ...(denial.kind === "opt-out" ? ["-p"] : [])];
  await mustRun("ldns-signzone", [
    ...["-i", compactTime(plan.inception), "-e", compactTime(plan.expiration), "-o", `${plan.origin}.`],
    ...[...nsec3, "-f", signed, unsigned, ...keys.map((key) => path.join(folder, key))],
  ]);
}

async function signWithBind(
  plan: SigningPlan,
  folder: string,
  unsigned: string,
  signed: string,
): Promise<void> {
  const { denial } = plan;
  await makeKeys(folder, plan);
  const nsec3 =
    denial.kind === "nsec"
      ? []
      : ["-3", SALT, "-H", `${denial.iterations}`, ...(denial.kind === "opt-out" ? ["-A"] : [])];
  await mustRun("dnssec-signzone", [
    ...["-S", "-P", "-K", folder, "-d", folder, "-o", `${plan.origin}.`, "-f", signed],
    ...["-s", compactTime(plan.inception), "-e", compactTime(plan.expiration), ...nsec3, unsigned],
  ]);
}

const seconds = (instant: Date): number => Math.floor(instant.getTime() / 1000);

async function signWithKnot(
  plan: SigningPlan,
  folder: string,
  unsigned: string,
  signed: string,
): Promise<void> {
  const { denial, inception, expiration } = plan;
  const lifetime = seconds(expiration) - seconds(inception);
  const configuration = path.join(folder, "knot.conf");
  writeFileSync(
    configuration,
    `database:
    storage: ${folder}
policy:
  - id: plan
    algorithm: ${ALGORITHM_NAME[plan.algorithm].toLowerCase().replace("nsec3rsa", "rsa")}
    ksk-size: ${RSA_BITS}
    zsk-size: ${RSA_BITS}
    nsec3: ${denial.kind === "nsec" ? "off" : "on"}
    nsec3-iterations: ${denial.iterations}
    nsec3-opt-out: ${denial.kind === "opt-out" ? "on" : "off"}
    nsec3-salt-length: 4
    rrsig-lifetime: ${lifetime}
    rrsig-refresh: ${Math.floor(lifetime / 4)}
    rrsig-pre-refresh: 0
zone:
  - domain: ${plan.origin}.
    file: ${unsigned}
    dnssec-signing: on
    dnssec-policy: plan
`.replace(/ *[kz]sk-size.*\n/g, (line) => (ALGORITHM_NAME[plan.algorithm].includes("RSA") ? line : "")),
  );
  const out = path.join(folder, "out");
  await mkdir(out);
  // Knot signs from its present on; a signature begins no earlier.
  await mustRun("kzonesign", [
    "-r",
    "-c",
    configuration,
    "-t",
    `${seconds(inception)}`,
    "-o",
    out,
    `${plan.origin}.`,
  ]);
  writeFileSync(signed, readFileSync(path.join(out, path.basename(unsigned))));
}

const SIGN = { ldns: signWithLdns, bind: signWithBind, knot: signWithKnot } as const;

/** A signed zone as a file, and the digests of its key-signing key, each "TAG ALGORITHM TYPE DIGEST". */
export interface SignedZone {
  readonly origin: string;
  readonly file: string;
  readonly ds: { readonly sha1: string; readonly sha256: string; readonly sha384: string };
}

/** @param unsigned master file with names relative to the origin */
export async function signWithTool(plan: SigningPlan, parent: string, unsigned: string): Promise<SignedZone> {
  const folder = path.join(parent, plan.origin);
  await mkdir(folder);
  const source = path.join(folder, `${plan.origin}.unsigned`);
  writeFileSync(source, `$ORIGIN ${plan.origin}.\n${unsigned}`);
  const file = path.join(parent, `${plan.origin}.zone`);
  await SIGN[plan.signer](plan, folder, source, file);
  const digests = await mustRun("dnssec-dsfromkey", [
    ...["-a", "SHA-1", "-a", "SHA-256", "-a", "SHA-384", "-f", file, `${plan.origin}.`],
  ]);
  const digest = (type: number): string => {
    const found = new RegExp(`IN DS (\\d+ \\d+ ${type} [0-9A-F]+)`).exec(digests);
    if (!found) throw new Error(`dnssec-dsfromkey names no DS of digest type ${type}:\n${digests}`);
    return found[1];
  };
  return { origin: plan.origin, file, ds: { sha1: digest(1), sha256: digest(2), sha384: digest(4) } };
}
