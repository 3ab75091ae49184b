/**
 * Finding the Join Server of a JoinEUI and the Network Server of a NetID (TS002-1.0 section 19): NAPTR (RFC 3403) with service LWNS, then SRV (RFC 2782),
 * then addresses. Every step is a secure look-up, so the target is as trustworthy as the zone of the JoinEUI or NetID.
 */
import type { NaptrData, SrvData } from "dns-packet";
import { JOIN_EUI_SUFFIX, joinEuiName, NET_ID_SUFFIX, netIdName } from "../dns/index.ts";
import { canonicalName, DnsFailure } from "../dnssec/index.ts";
import type { Resolver, SecureAnswer } from "./resolver.ts";

/** TS002 over HTTPS; LWN, the same without TLS, is never followed. */
const SERVICE = "LWNS";
const HTTPS_PORT = 443;
/** Non-terminal NAPTR records followed one after the other. */
const MAX_REDIRECTIONS = 5;

export interface DiscoveredServer {
  /** Name of the server: what its certificate and TLSA records are for. */
  readonly target: string;
  readonly port: number;
  /** The first address. */
  readonly host: string;
  readonly addresses: readonly string[];
  /** From a NAPTR with flag U, else "/". */
  readonly path: string;
  readonly secure: true;
  /** When the first of the answers on the way expires. */
  readonly expiresAt: Date;
}

interface Step {
  readonly resolver: Resolver;
  readonly random: () => number;
  readonly seen: ReadonlySet<string>;
  readonly expiresAtMs: number;
}

const after = (step: Step, answer: SecureAnswer): Step => ({
  ...step,
  expiresAtMs: Math.min(step.expiresAtMs, answer.expiresAt.getTime()),
});

const isProvenAbsence = (error: unknown): error is DnsFailure => error instanceof DnsFailure && error.proven;

/**
 * The first alternative that leads somewhere. A proven absence sends us on to the next one; any other failure ends the
 * look-up, because whoever can cause it must not choose the server.
 */
async function firstOf<T>(
  alternatives: readonly T[],
  follow: (alternative: T) => Promise<DiscoveredServer>,
  none: DnsFailure,
): Promise<DiscoveredServer> {
  let failure = none;
  for (const alternative of alternatives) {
    try {
      return await follow(alternative);
    } catch (error) {
      if (!isProvenAbsence(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** RFC 3403 section 4.1: by order, then preference; equal ones in random order. */
function inNaptrOrder(records: readonly NaptrData[], random: () => number): NaptrData[] {
  return records
    .map((record) => ({ record, tieBreak: random() }))
    .sort(
      (a, b) =>
        a.record.order - b.record.order ||
        a.record.preference - b.record.preference ||
        a.tieBreak - b.tieBreak,
    )
    .map(({ record }) => record);
}

/** RFC 2782: by priority; within one, drawn by weight. */
function inSrvOrder(records: readonly SrvData[], random: () => number): SrvData[] {
  const left = [...records];
  const ordered: SrvData[] = [];
  while (left.length > 0) {
    const priority = Math.min(...left.map((record) => record.priority ?? 0));
    const group = left.filter((record) => (record.priority ?? 0) === priority);
    group.sort((a, b) => (a.weight ?? 0) - (b.weight ?? 0)); // those of weight 0 first, so that they have a chance
    const draw = random() * group.reduce((sum, record) => sum + (record.weight ?? 0), 0);
    let sum = 0;
    const chosen = group.find((record) => {
      sum += record.weight ?? 0;
      return sum >= draw;
    })!; // the whole sum is at least the draw
    ordered.push(chosen);
    left.splice(left.indexOf(chosen), 1);
  }
  return ordered;
}

async function addressesOf(
  target: string,
  port: number,
  path: string,
  step: Step,
): Promise<DiscoveredServer> {
  const addresses: string[] = [];
  let last = step;
  let absent: DnsFailure | undefined;
  for (const type of ["A", "AAAA"]) {
    try {
      const answer = await step.resolver.resolve(target, type);
      addresses.push(...(answer.records as readonly string[]));
      last = after(last, answer);
    } catch (error) {
      if (!isProvenAbsence(error)) throw error;
      absent = error;
    }
  }
  if (absent && addresses.length === 0) throw absent;
  return {
    target: canonicalName(target),
    port,
    host: addresses[0],
    addresses,
    path,
    secure: true,
    expiresAt: new Date(last.expiresAtMs),
  };
}

async function followSrv(name: string, step: Step): Promise<DiscoveredServer> {
  const answer = await step.resolver.resolve(name, "SRV");
  const services = (answer.records as readonly SrvData[]).filter(
    ({ target }) => canonicalName(target) !== ".",
  );
  return firstOf(
    inSrvOrder(services, step.random),
    ({ target, port }) => addressesOf(target, port, "/", after(step, answer)),
    new DnsFailure("no-data", name, "SRV", "the service is stated not to be available (target .)"),
  );
}

/**
 * Flag U: the rule's result is the URI itself. Only rules that replace the whole name are followed:
 * "!^.*$!https://...!".
 */
function followUri(rule: NaptrData, name: string, step: Step): Promise<DiscoveredServer> {
  const parts = rule.regexp.split(rule.regexp[0] ?? "!");
  const [, pattern, uri] = parts;
  const malformed = new DnsFailure(
    "malformed",
    name,
    "NAPTR",
    `rule ${JSON.stringify(rule.regexp)} gives no https URI`,
  );
  if (parts.length !== 4 || (pattern !== "^.*$" && pattern !== ".*") || !URL.canParse(uri)) throw malformed;
  const url = new URL(uri);
  if (url.protocol !== "https:") throw malformed;
  return addressesOf(url.hostname, url.port === "" ? HTTPS_PORT : Number(url.port), url.pathname, step);
}

async function followNaptr(name: string, step: Step): Promise<DiscoveredServer> {
  if (step.seen.has(name) || step.seen.size > MAX_REDIRECTIONS)
    throw new DnsFailure("limit", name, "NAPTR", "the NAPTR records lead in a loop or on for too long");
  const answer = await step.resolver.resolve(name, "NAPTR");
  const next = { ...after(step, answer), seen: new Set([...step.seen, name]) };
  const rules = (answer.records as readonly NaptrData[]).filter(
    ({ services, flags }) =>
      services.split(/[+:]/)[0].toUpperCase() === SERVICE &&
      ["S", "A", "U", "P", ""].includes(flags.toUpperCase()),
  );
  return firstOf(
    inNaptrOrder(rules, step.random),
    async ({ flags, replacement, ...rule }) => {
      const target = canonicalName(replacement);
      switch (flags.toUpperCase()) {
        case "S":
          return followSrv(target, next);
        case "A":
          return addressesOf(target, HTTPS_PORT, "/", next);
        case "U":
          return followUri({ ...rule, flags, replacement }, name, next);
        default:
          return followNaptr(target, next);
      }
    },
    new DnsFailure("no-data", name, "NAPTR", `no rule for service ${SERVICE}`),
  );
}

/**
 * The Join Server that DNS names for a JoinEUI.
 * @param joinEui 16 hexadecimal digits, most significant first
 * @param suffix zone in which JoinEUIs are published
 * @param random draws among equal alternatives, 0 <= x < 1
 * @throws DnsFailure if a step is not secure, or no server is published (kinds no-data, no-such-name)
 */
export async function discoverJoinServer(
  resolver: Resolver,
  joinEui: string,
  suffix: string = JOIN_EUI_SUFFIX,
  random: () => number = Math.random,
): Promise<DiscoveredServer> {
  return discover(resolver, joinEuiName(joinEui, suffix), random);
}

/**
 * The Network Server that DNS names for a NetID.
 * @param netId 6 hexadecimal digits, most significant first
 * @param suffix zone in which NetIDs are published
 * @param random draws among equal alternatives, 0 <= x < 1
 * @throws DnsFailure if a step is not secure, or no server is published (kinds no-data, no-such-name)
 */
export async function discoverNetworkServer(
  resolver: Resolver,
  netId: string,
  suffix: string = NET_ID_SUFFIX,
  random: () => number = Math.random,
): Promise<DiscoveredServer> {
  return discover(resolver, netIdName(netId, suffix), random);
}

function discover(resolver: Resolver, name: string, random: () => number): Promise<DiscoveredServer> {
  const start = { resolver, random, seen: new Set<string>(), expiresAtMs: Number.POSITIVE_INFINITY };
  return followNaptr(canonicalName(name), start);
}
