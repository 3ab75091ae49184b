import assert from "node:assert/strict";
import { base32hex, type Nsec3, Nsec3Denial, nsec3Hash, readNsec3 } from "../../../hil/trust/dnssec/nsec3.ts";

/** RFC 5155 appendix A: the hashes of its zone's names, with 12 iterations and salt aabbccdd. */
const HASHES = {
  example: "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
  "a.example": "35mthgpgcu1qg68fab165klnsnk3dpvl",
  "ai.example": "gjeqe526plbf1g8mklp59enfd789njgi",
  "ns1.example": "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
  "ns2.example": "q04jkcevqvmu85r014c7dkba38o0ji5r",
  "w.example": "k8udemvp1j2f7eg6jebps17vp3n8i58h",
  "*.w.example": "r53bq7cc2uvmubfu5ocmm6pers9tk9en",
  "x.w.example": "b4um86eghhds6nea196smvmlo4ors995",
  "y.w.example": "ji6neoaepv8b5o6k4ev33abha8ht9fgc",
  "x.y.w.example": "2vptu5timamqttgl4luu9kg21e0aor3s",
  "xx.example": "t644ebqk9bibcna874givr6joj62mlhv",
};

/** The types at the names of that zone, whose one unsigned delegation, c.example, is opted out. */
const TYPES: Readonly<Record<keyof typeof HASHES, string>> = {
  example: "NS SOA MX RRSIG DNSKEY NSEC3PARAM",
  "a.example": "NS DS RRSIG",
  "ai.example": "A HINFO AAAA RRSIG",
  "ns1.example": "A RRSIG",
  "ns2.example": "A RRSIG",
  "w.example": "",
  "*.w.example": "MX RRSIG",
  "x.w.example": "MX RRSIG",
  "y.w.example": "",
  "x.y.w.example": "MX RRSIG",
  "xx.example": "A HINFO AAAA RRSIG",
};

const SALT = Buffer.from("aabbccdd", "hex");

/** The whole chain as a resolver may be given it, or those records of it that stand at or cover some hashes. */
function chain({ optOut = true, iterations = 12, flags = 0 } = {}): Nsec3[] {
  const names = Object.keys(HASHES) as (keyof typeof HASHES)[];
  const octets = new Map(names.map((name) => [name, nsec3Hash(name, SALT, iterations)]));
  const sorted = names.sort((a, b) => Buffer.compare(octets.get(a)!, octets.get(b)!));
  return sorted.flatMap((name, i) => {
    const record = readNsec3(`${base32hex(octets.get(name)!)}.example`, "example", {
      algorithm: 1,
      flags: flags | Number(optOut),
      iterations,
      salt: SALT,
      nextDomain: octets.get(sorted[(i + 1) % sorted.length])!,
      rrtypes: TYPES[name] === "" ? [] : TYPES[name].split(" "),
    });
    return record ? [record] : [];
  });
}

const denialOf = (records: readonly Nsec3[]): Nsec3Denial => new Nsec3Denial("example", records, () => {});

describe("NSEC3", () => {
  it("hashes names as RFC 5155 appendix A does", () => {
    for (const [name, hash] of Object.entries(HASHES))
      assert.equal(base32hex(nsec3Hash(name, SALT, 12)), hash, name);
  });

  const CASES: readonly [name: string, type: string, signedOnly: string, optOut: string][] = [
    ["ns1.example", "MX", "no-data", "no-data"],
    ["ns1.example", "A", "nothing", "nothing"],
    ["y.w.example", "A", "no-data", "no-data"],
    ["a.z.w.example", "AAAA", "no-data", "insecure"],
    ["a.z.w.example", "MX", "nothing", "nothing"],
    ["a.c.x.w.example", "A", "no-such-name", "insecure"],
    ["c.example", "DS", "no-such-name", "insecure"],
    ["example", "DS", "nothing", "nothing"],
    ["a.example", "DS", "nothing", "nothing"],
    ["ns1.a.example", "A", "nothing", "nothing"],
    ["a.example", "A", "nothing", "nothing"],
    ["elsewhere.test", "A", "nothing", "nothing"],
  ];
  for (const [name, type, signedOnly, optOut] of CASES)
    it(`says of ${name} ${type}: ${signedOnly}, with opt-out ${optOut}`, () => {
      assert.equal(denialOf(chain({ optOut: false })).absence(name, type)?.kind ?? "nothing", signedOnly);
      assert.equal(denialOf(chain()).absence(name, type)?.kind ?? "nothing", optOut);
    });

  it("needs each of its three records to deny a name", () => {
    const whole = chain({ optOut: false });
    const denies = (records: readonly Nsec3[]): boolean =>
      denialOf(records).absence("a.c.x.w.example", "A")?.kind === "no-such-name";
    const needed = whole.filter((left) => !denies(whole.filter((one) => one !== left)));
    // The closest encloser x.w.example, the gap of c.x.w.example, the gap of *.x.w.example.
    assert.ok(needed.length >= 2 && needed.length <= 3, `${needed.length}`);
    assert.ok(denies(needed));
  });

  it("lets a wildcard answer only where the next name is in a gap", () => {
    const denial = denialOf(chain({ optOut: false }));
    assert.equal(denial.wildcardAnswer("a.z.w.example", "w.example"), "proven");
    assert.equal(denial.wildcardAnswer("a.y.w.example", "w.example"), undefined);
    assert.equal(denial.wildcardAnswer("a.elsewhere.test", "elsewhere.test"), undefined);
    const gap = denialOf(chain()).wildcardAnswer("a.z.w.example", "w.example");
    assert.match(gap !== "proven" && gap ? gap.reason : "", /opt-out/);
  });

  it("calls insecure what takes more than 50 iterations, and computes none of it", () => {
    let hashed = 0;
    const denial = (iterations: number) => new Nsec3Denial("example", chain({ iterations }), () => hashed++);
    assert.deepEqual(denial(51).absence("ns1.example", "MX"), {
      kind: "insecure",
      reason: "its NSEC3 records take 51 iterations; at most 50 are computed",
    });
    assert.equal(hashed, 0);
    assert.equal(denial(50).absence("ns1.example", "MX")?.kind, "no-data");
    assert.ok(hashed > 0);
  });

  it("ignores records with unknown flags or hashes, and those that are no names of the zone itself", () => {
    assert.deepEqual(chain({ flags: 2 }), []);
    const data = {
      algorithm: 1,
      flags: 0,
      iterations: 0,
      salt: SALT,
      nextDomain: Buffer.alloc(20),
      rrtypes: [],
    };
    assert.ok(readNsec3("0p9m.example", "example", data));
    assert.equal(readNsec3("0p9m.example", "example", { ...data, algorithm: 2 }), undefined);
    assert.equal(readNsec3("0p9m.w.example", "example", data), undefined);
    assert.equal(readNsec3("example", "example", data), undefined);
  });
});
