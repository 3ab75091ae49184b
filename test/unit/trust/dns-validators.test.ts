import assert from "node:assert/strict";
import type { RecordType } from "dns-packet";
import {
  ALGORITHM,
  bindTrustAnchors,
  dsText,
  joinEuiName,
  TestRoot,
  type ZoneRecord,
} from "../../../hil/trust/dns/index.ts";
import { askUdp, queryMessage, runTool, ToolFolder, Unbound } from "./dns-judges.ts";

const JOIN_EUI_NAME = joinEuiName("70B3D57ED0000001");
const TLSA = { usage: 3, selector: 1, matchingType: 1, certificate: new Uint8Array(32).fill(7) };
const NET_A: readonly ZoneRecord[] = [
  { name: "ns.net-a.example", type: "A", data: "127.0.0.1" },
  { name: "_ns-client.ns.net-a.example", type: "TLSA", data: TLSA },
  { name: "*._device.net-a.example", type: "TLSA", data: TLSA },
  { name: "www.net-a.example", type: "CNAME", data: "ns.net-a.example" },
  { name: "js.net-a.example", type: "CNAME", data: "js.join-b.example" },
  { name: "*.alias.net-a.example", type: "CNAME", data: "ns.net-a.example" },
  {
    name: "big.net-a.example",
    type: "TXT",
    data: Array.from({ length: 8 }, (_, i) => String(i).repeat(200)),
  },
  { name: "tampered.net-a.example", type: "TLSA", data: TLSA },
];

function nameSpace(algorithm: (typeof ALGORITHM)[keyof typeof ALGORITHM]): TestRoot {
  return new TestRoot({
    algorithm,
    zones: [
      { origin: "example", records: [] },
      { origin: "net-a.example", records: NET_A },
      {
        origin: "join-b.example",
        records: [
          { name: "js.join-b.example", type: "A", data: "127.0.0.1" },
          {
            name: "_js._tcp.join-b.example",
            type: "SRV",
            data: { priority: 0, weight: 0, port: 8003, target: "js.join-b.example" },
          },
        ],
      },
      {
        origin: "joineuis.lora-alliance.org",
        records: [
          {
            name: JOIN_EUI_NAME,
            type: "NAPTR",
            data: {
              order: 10,
              preference: 10,
              flags: "S",
              services: "LWNS",
              regexp: "",
              replacement: "_js._tcp.join-b.example",
            },
          },
        ],
      },
      { origin: "expired.example", records: [{ name: "a.expired.example", type: "A", data: "127.0.0.1" }] },
      {
        origin: "plain.example",
        unsigned: true,
        records: [{ name: "a.plain.example", type: "A", data: "127.0.0.1" }],
      },
    ],
  });
}

type Verdict = "secure" | "insecure" | "bogus";

interface ValidatorCase {
  what: string;
  name: string;
  type: RecordType;
  rcode: "NOERROR" | "NXDOMAIN" | "SERVFAIL";
  /** Records without their signatures. */
  answers: number;
  verdict: Verdict;
}

function validatorCase(
  what: string,
  name: string,
  type: RecordType,
  answers: number,
  rcode: ValidatorCase["rcode"] = "NOERROR",
  verdict: Verdict = "secure",
): ValidatorCase {
  return { what, name, type, answers, rcode, verdict };
}

const CASES: readonly ValidatorCase[] = [
  validatorCase("a positive answer", "ns.net-a.example", "A", 1),
  validatorCase("a client's TLSA", "_ns-client.ns.net-a.example", "TLSA", 1),
  validatorCase("a mixed-case question", "_NS-Client.ns.Net-A.eXample", "TLSA", 1),
  validatorCase("a wildcard", "light-sensor._device.net-a.example", "TLSA", 1),
  validatorCase("a wildcard, two labels deep", "a.b._device.net-a.example", "TLSA", 1),
  validatorCase("a CNAME", "www.net-a.example", "A", 2),
  validatorCase("a CNAME into another zone", "js.net-a.example", "A", 2),
  validatorCase("a wildcard CNAME", "x.alias.net-a.example", "A", 2),
  validatorCase("an answer that needs TCP", "big.net-a.example", "TXT", 1),
  validatorCase("keys", "net-a.example", "DNSKEY", 2),
  validatorCase("a DS", "net-a.example", "DS", 1),
  validatorCase("a JoinEUI's NAPTR", JOIN_EUI_NAME, "NAPTR", 1),
  validatorCase("a Join Server's SRV", "_js._tcp.join-b.example", "SRV", 1),
  validatorCase("NODATA", "ns.net-a.example", "AAAA", 0),
  validatorCase("NODATA through a CNAME", "www.net-a.example", "AAAA", 1),
  validatorCase("NODATA at a wildcard", "light-sensor._device.net-a.example", "A", 0),
  validatorCase("NODATA at an empty non-terminal", "_device.net-a.example", "A", 0),
  validatorCase("NODATA at an empty non-terminal of the root", "lora-alliance.org", "A", 0),
  validatorCase("NODATA for the DS of an unsigned zone", "plain.example", "DS", 0),
  validatorCase("NXDOMAIN", "nope.net-a.example", "A", 0, "NXDOMAIN"),
  validatorCase("NXDOMAIN before every name", "!.net-a.example", "A", 0, "NXDOMAIN"),
  validatorCase("NXDOMAIN of an unknown JoinEUI", joinEuiName("70B3D57ED0000002"), "NAPTR", 0, "NXDOMAIN"),
  validatorCase("NXDOMAIN of a top-level domain", "nope", "A", 0, "NXDOMAIN"),
  validatorCase("an unsigned zone", "a.plain.example", "A", 1, "NOERROR", "insecure"),
  validatorCase("a changed octet", "tampered.net-a.example", "TLSA", 0, "SERVFAIL", "bogus"),
  validatorCase("expired signatures", "a.expired.example", "A", 0, "SERVFAIL", "bogus"),
];

for (const [algorithmName, algorithm] of Object.entries(ALGORITHM)) {
  describe(`zones signed with ${algorithmName}, as validators of others see them`, () => {
    let folder: ToolFolder;
    let root: TestRoot;
    let unbound: Unbound | undefined;
    let delvArguments: string[];
    before(async () => {
      folder = new ToolFolder();
      root = nameSpace(algorithm);
      root.tamper("net-a.example", "tampered.net-a.example", "TLSA");
      root.replaceRecords("expired.example", root.records("expired.example"), {
        inception: new Date("2020-01-01T00:00:00Z"),
        expiration: new Date("2020-02-01T00:00:00Z"),
      });
      const { host, port } = await root.listen();
      const anchors = folder.write("anchor.bind", bindTrustAnchors(root.anchor));
      delvArguments = [`@${host}`, "-p", String(port), "-a", anchors, "+root=.", "+nocrypto"];
      unbound = await Unbound.start(folder, { host, port }, dsText(root.anchor));
    });
    after(async () => {
      await unbound?.stop();
      await root.close();
      folder.remove();
    });

    for (const { what, name, type, rcode, answers, verdict } of CASES) {
      it(`unbound finds ${what} ${verdict}`, async () => {
        const message = queryMessage({ name, type, udpPayloadSize: 4096, dnssecOk: true });
        const response = await askUdp(unbound!.endpoint, message);
        assert.equal(response.rcode, rcode);
        assert.equal(response.flag_ad, verdict === "secure");
        assert.equal(response.answers?.filter((record) => record.type !== "RRSIG").length, answers);
      });
    }

    for (const { what, name, type, rcode, answers, verdict } of CASES) {
      it(`delv finds ${what} ${verdict}`, async () => {
        const { output } = await runTool("delv", [...delvArguments, name, type]);
        const words = {
          secure: /; (negative response, )?fully validated/,
          insecure: /; unsigned answer/,
          bogus:
            /resolution failed: (RRSIG failed to verify|RRSIG has expired|no valid RRSIG|broken trust chain)/,
        };
        assert.match(output, words[verdict]);
        if (rcode === "NXDOMAIN") assert.match(output, /ncache nxdomain/);
        if (rcode === "NOERROR" && answers === 0) assert.match(output, /ncache nxrrset/);
      });
    }
  });
}
