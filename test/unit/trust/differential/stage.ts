/**
 * A name space that two validators look at: zones signed by others and served by Knot, below a root whose DS records
 * can be chosen, behind a server that changes answers.
 */
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { decode, encode, type RecordType } from "dns-packet";
import {
  AuthoritativeServer,
  createZone,
  dsText,
  generateZoneKeys,
  signZone,
  trustAnchor,
  type ZoneRecord,
} from "../../../../hil/trust/dns/index.ts";
import { canonicalName } from "../../../../hil/trust/dnssec/names.ts";
import { DnsFailure, Resolver } from "../../../../hil/trust/resolver/index.ts";
import { askUdp, queryMessage, ToolFolder, Unbound } from "../dns-judges.ts";
import { Knot } from "../knot.ts";
import type { Message } from "../meddling-server.ts";
import { type SignedZone, type SigningPlan, signWithTool } from "./signers.ts";

const DAY_MS = 86_400_000;
/** Several times as long as a look-up takes. */
const PATIENCE_MS = 8000;
const DO = { udpPayloadSize: 4096, dnssecOk: true };

/** What every signed zone holds. Relative names; `www.AWAY.` lies in another of the zones. */
const zoneText = (away: string): string => `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
@ MX 10 Mail
ns A 127.0.0.1
www A 192.0.2.1
www A 192.0.2.2
www TXT "some" "text"
js A 192.0.2.3
js AAAA 2001:db8::3
_8003._tcp.js TLSA 3 1 1 0707070707070707070707070707070707070707070707070707070707070707
_js._tcp SRV 0 0 8003 JS
1.0.0.0.joineui NAPTR 10 10 "S" "LWNS" "" _js._tcp
*.wild TXT "anything"
real.wild A 192.0.2.4
*.cwild CNAME www
alias CNAME www
two CNAME alias
dangling CNAME nowhere
abroad CNAME www.${away}.
loop-a CNAME loop-b
loop-b CNAME loop-a
dn DNAME tree
x.tree A 192.0.2.5
a.b.ent A 192.0.2.6
UPPER.Case PTR Host.UPPER.Case
caa CAA 0 issue "ca.example"
host SSHFP 4 2 123456789ABCDEF67890123456789ABCDEF67890123456789ABCDEF123456789
host HINFO "PC" "Linux"
host RP Admin.Host txt.host
new TYPE65400 \\# 4 01020304
unsigned NS ns.unsigned
ns.unsigned A 127.0.0.1
`;

const CHILD_TEXT = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 127.0.0.1
www A 192.0.2.7
`;

/** The DS records that the root may have for a zone, each "TAG ALGORITHM TYPE DIGEST". */
const DS_OF = {
  "SHA-256": ({ ds }: SignedZone) => [ds.sha256],
  "SHA-384": ({ ds }: SignedZone) => [ds.sha384],
  "SHA-256 and SHA-384": ({ ds }: SignedZone) => [ds.sha256, ds.sha384],
  none: () => [],
  "a wrong digest": ({ ds }: SignedZone) => [spoilt(ds.sha256)],
  "a wrong key tag": ({ ds }: SignedZone) => [ds.sha256.replace(/^\d+/, (tag) => `${Number(tag) ^ 1}`)],
  "one right, one of another key": ({ ds }: SignedZone) => [
    ds.sha256,
    spoilt(ds.sha256).replace(/^\d+/, (tag) => `${Number(tag) ^ 1}`),
  ],
  "SHA-256 right, SHA-384 wrong": ({ ds }: SignedZone) => [ds.sha256, spoilt(ds.sha384)],
  "SHA-256 wrong, SHA-384 right": ({ ds }: SignedZone) => [spoilt(ds.sha256), ds.sha384],
  "an unknown digest": ({ ds }: SignedZone) => [ds.sha256.replace(" 2 ", " 200 ")],
  "an unknown algorithm": ({ ds }: SignedZone) => [ds.sha256.replace(/ \d+ /, " 200 ")],
  "an unknown algorithm and the right one": ({ ds }: SignedZone) => [
    ds.sha256,
    ds.sha256.replace(/ \d+ /, " 200 "),
  ],
  "SHA-1": ({ ds }: SignedZone) => [ds.sha1],
} as const;

export type DsChoice = keyof typeof DS_OF;
export const DS_CHOICES = Object.keys(DS_OF) as DsChoice[];

const spoilt = (ds: string): string => ds.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));

function dsRecord(name: string, text: string): ZoneRecord {
  const [keyTag, algorithm, digestType, digest] = text.split(" ");
  const numbers = { keyTag: Number(keyTag), algorithm: Number(algorithm), digestType: Number(digestType) };
  return { name, type: "DS", data: { ...numbers, digest: Buffer.from(digest, "hex") } };
}

/** What a validator makes of a question. */
export type Verdict = "secure" | "no-data" | "no-such-name" | "insecure" | "refused";

interface Judgement {
  readonly verdict: Verdict;
  /** The records of the type asked for, each once, in no order that matters; of secure answers only. */
  readonly records: readonly string[];
  readonly reason: string;
}

const judgement = (verdict: Verdict, reason = "", records: readonly unknown[] = []): Judgement => ({
  verdict,
  reason,
  records: [...new Set(records.map((record) => JSON.stringify(record)))].sort(),
});

/** One look: a question, the DS choice at the root, and what happens to answers. */
export interface Look {
  readonly name: string;
  readonly type: RecordType;
  readonly ds?: DsChoice;
  readonly change?: (message: Message, question: { name: string; type: string }) => void | Promise<void>;
}

export class Stage {
  readonly zones: readonly SignedZone[];
  readonly #folder: ToolFolder;
  readonly #knot: Knot;
  readonly #roots: ReadonlyMap<DsChoice, AuthoritativeServer>;
  readonly #proxy: Socket;
  readonly #unbound: Unbound;
  readonly #resolver: Resolver;
  #look: Look | undefined;

  private constructor(parts: {
    zones: readonly SignedZone[];
    folder: ToolFolder;
    knot: Knot;
    roots: ReadonlyMap<DsChoice, AuthoritativeServer>;
    proxy: Socket;
    unbound: Unbound;
    resolver: Resolver;
  }) {
    this.zones = parts.zones;
    this.#folder = parts.folder;
    this.#knot = parts.knot;
    this.#roots = parts.roots;
    this.#proxy = parts.proxy;
    this.#unbound = parts.unbound;
    this.#resolver = parts.resolver;
    this.#proxy.on("message", (query, from) => {
      void this.#respond(query).then((response) => {
        if (response) this.#proxy.send(response, from.port, from.address);
      });
    });
  }

  static async start(plans: readonly SigningPlan[]): Promise<Stage> {
    const folder = new ToolFolder();
    try {
      const zones: SignedZone[] = [];
      for (const [i, plan] of plans.entries())
        zones.push(await signWithTool(plan, folder.path, zoneText(plans[(i + 1) % plans.length].origin)));
      const child = folder.write("unsigned-child.zone", CHILD_TEXT);
      const knot = await Knot.start(folder, [
        ...zones,
        ...zones.map(({ origin }) => ({ origin: `unsigned.${origin}`, file: child })),
      ]);
      const { roots, anchor } = rootsOf(zones);
      const proxy = createSocket("udp4");
      proxy.bind(0, "127.0.0.1");
      await once(proxy, "listening");
      const endpoint = { host: "127.0.0.1", port: proxy.address().port };
      const unbound = await Unbound.start(folder, endpoint, dsText(anchor), [
        "num-threads: 1",
        "edns-buffer-size: 4096",
        "aggressive-nsec: no",
        "qname-minimisation: no",
        "trust-anchor-signaling: no",
        "root-key-sentinel: no",
        "val-bogus-ttl: 0",
        'val-nsec3-keysize-iterations: "1024 50 2048 50 4096 50"', // RFC 9276, as ours
      ]);
      const resolver = new Resolver({ servers: [endpoint], anchors: [anchor], attemptTimeoutMs: 3000 });
      return new Stage({ zones, folder, knot, roots, proxy, unbound, resolver });
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#unbound.stop();
    await this.#knot.stop();
    this.#proxy.close();
    this.#folder.remove();
  }

  /** Both verdicts on one look, each with empty caches. @throws Error if both are secure and the records differ */
  async judge(
    look: Look,
  ): Promise<{ ours: Verdict; theirs: Verdict; records: readonly string[]; reason: string }> {
    this.#look = look;
    this.#resolver.clearCache();
    await this.#unbound.flush();
    const ours = await this.#ourJudgement(look);
    const theirs = await this.#theirJudgement(look);
    if (ours.verdict === "secure" && theirs.verdict === "secure")
      assert.deepEqual(ours.records, theirs.records, `${look.type} of ${look.name}`);
    return { ours: ours.verdict, theirs: theirs.verdict, records: ours.records, reason: ours.reason };
  }

  /** The true answer to a question. */
  async ask(name: string, type: string): Promise<Message> {
    const query = queryMessage({ name, type: type as RecordType, ...DO });
    const octets = this.#isRoots(name, type)
      ? this.#roots.get(this.#look?.ds ?? "SHA-256")!.respond(query, "tcp")!
      : (await askUdp(this.#knot.endpoint, query)).octets;
    return decode(octets) as unknown as Message;
  }

  async #ourJudgement({ name, type }: Look): Promise<Judgement> {
    try {
      return judgement("secure", "", (await this.#resolver.resolve(name, type)).records);
    } catch (error) {
      if (!(error instanceof DnsFailure)) throw error;
      const { kind, message } = error;
      const told = kind === "no-data" || kind === "no-such-name" || kind === "insecure";
      return judgement(told ? kind : "refused", `${kind}: ${message}`);
    }
  }

  async #theirJudgement({ name, type }: Look): Promise<Judgement> {
    const query = queryMessage({ name, type, ...DO });
    const response = await askUdp(this.#unbound.endpoint, query, PATIENCE_MS).catch(() => undefined);
    if (!response) return judgement("refused"); // it asks again and again, and does not find what it could believe
    if (response.rcode === "NXDOMAIN") return judgement(response.flag_ad ? "no-such-name" : "insecure");
    if (response.rcode !== "NOERROR") return judgement("refused");
    if (!response.flag_ad) return judgement("insecure");
    const found = response.answers!.filter((answer) => answer.type === type);
    return found.length === 0
      ? judgement("no-data")
      : judgement(
          "secure",
          "",
          found.map((answer) => (answer as { data: unknown }).data),
        );
  }

  #isRoots(name: string, type: string): boolean {
    const zone = this.zones.find(({ origin }) => name === origin || name.endsWith(`.${origin}`));
    return zone === undefined || (type === "DS" && zone.origin === name);
  }

  async #respond(query: Buffer): Promise<Buffer | undefined> {
    const [question] = decode(query).questions!;
    const name = canonicalName(question.name);
    const message = await this.ask(name, question.type);
    message.id = query.readUInt16BE(0);
    await this.#look?.change?.(message, { name, type: question.type });
    return encode({ ...message, questions: [question], type: "response" } as never);
  }
}

/** A root for each choice of DS records, all with the same keys. */
function rootsOf(zones: readonly SignedZone[]) {
  const keys = generateZoneKeys();
  const validity = { inception: new Date(Date.now() - DAY_MS), expiration: new Date(Date.now() + DAY_MS) };
  const soa = {
    ...{ mname: "name-server", rname: "hostmaster.name-server", serial: 1 },
    ...{ refresh: 3600, retry: 600, expire: 86_400, minimum: 300 },
  };
  const apex: ZoneRecord[] = [
    { name: ".", type: "SOA", data: soa },
    { name: ".", type: "NS", data: "name-server" },
    { name: "name-server", type: "A", data: "127.0.0.1" },
  ];
  const rootWith = (choice: DsChoice) => {
    const delegations = zones.flatMap((zone): ZoneRecord[] => [
      { name: zone.origin, type: "NS", data: `ns.${zone.origin}` },
      ...DS_OF[choice](zone).map((text) => dsRecord(zone.origin, text)),
    ]);
    const zone = createZone({ origin: ".", defaultTtl: 300, records: [...apex, ...delegations] });
    return signZone(zone, keys, validity);
  };
  const signed = new Map(DS_CHOICES.map((choice) => [choice, rootWith(choice)]));
  const roots = new Map(
    [...signed].map(([choice, zone]) => [choice, new AuthoritativeServer({ zones: [zone] })] as const),
  );
  return { roots, anchor: trustAnchor(signed.get("SHA-256")!) };
}
