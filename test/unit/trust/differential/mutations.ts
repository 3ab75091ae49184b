/** Questions to a signed zone, and what an attacker or a broken signer may make of the answers. */
import type { Answer, RecordType, RrsigData } from "dns-packet";
import { type Message, NXDOMAIN, SERVFAIL } from "../meddling-server.ts";
import { DS_CHOICES, type DsChoice } from "./stage.ts";

/** What a change may look at; names are relative to the zone, "@" its apex. */
export interface Place {
  readonly zone: string;
  /** Another zone of the stage. */
  readonly otherZone: string;
  readonly ask: (name: string, type: string) => Promise<Message>;
}

export interface Mutation {
  readonly title: string;
  readonly name: string;
  readonly type: RecordType;
  readonly ds?: DsChoice;
  /** The question whose answer is changed, if it is another: name and type. */
  readonly at?: readonly [name: string, type: string];
  readonly change?: (message: Message, place: Place) => void | Promise<void>;
}

type Rrsig = Extract<Answer, { type: "RRSIG" }>;

const isSignature = (answer: Answer): answer is Rrsig => answer.type === "RRSIG";
const covers = (answer: Answer, type: string): boolean =>
  answer.type === type || (isSignature(answer) && answer.data.typeCovered === type);
const isDenial = (answer: Answer): boolean => covers(answer, "NSEC") || covers(answer, "NSEC3");

const setRcode = (message: Message, rcode: number): void => {
  message.flags = (message.flags & ~15) | rcode;
};

/** Changes every signature of the answer section. */
const signatures =
  (change: (data: RrsigData, place: Place) => void) =>
  (message: Message, place: Place): void => {
    for (const answer of message.answers.filter(isSignature)) change(answer.data, place);
  };

const flip = (octets: Buffer, at = octets.length - 1): void => {
  octets[at] ^= 1;
};

/** Puts the denial of one name in place of an answer. */
const deniedAs =
  (name: string, type: string, rcode: number) =>
  async (message: Message, { ask, zone }: Place): Promise<void> => {
    const honest = await ask(`${name}.${zone}`, type);
    message.answers = [];
    message.authorities = honest.authorities;
    setRcode(message, rcode);
  };

/** Puts the answer of one name under another. */
const answeredAs =
  (name: string, type: string) =>
  async (message: Message, { ask, zone }: Place): Promise<void> => {
    const owner = message.questions[0].name;
    const honest = await ask(`${name}.${zone}`, type);
    message.answers = honest.answers.map((one) =>
      one.name === `${name}.${zone}` ? ({ ...one, name: owner } as Answer) : one,
    );
    message.authorities = honest.authorities;
    setRcode(message, 0);
  };

/** Leaves out the denial record that is `index`-th of the answer, with its signature. */
const withoutProof =
  (index: number) =>
  (message: Message): void => {
    const owners = [
      ...new Set(
        message.authorities.filter(({ type }) => type === "NSEC" || type === "NSEC3").map(({ name }) => name),
      ),
    ];
    message.authorities = message.authorities.filter((one) => !(isDenial(one) && one.name === owners[index]));
  };

const stripped = (section: Answer[]): Answer[] => section.filter((one) => !isSignature(one));

/** Questions that are left as they are. */
export const HONEST: readonly (readonly [name: string, type: RecordType])[] = [
  ["www", "A"],
  ["www", "TXT"],
  ["js", "AAAA"],
  ["_8003._tcp.js", "TLSA"],
  ["_js._tcp", "SRV"],
  ["1.0.0.0.joineui", "NAPTR"],
  ["anything.wild", "TXT"],
  ["any.thing.wild", "TXT"],
  ["*.wild", "TXT"],
  ["real.wild", "A"],
  ["x.cwild", "A"],
  ["alias", "A"],
  ["alias", "CNAME"],
  ["two", "A"],
  ["two", "AAAA"],
  ["abroad", "A"],
  ["abroad", "AAAA"],
  ["x.dn", "A"],
  ["y.dn", "A"],
  ["dn", "DNAME"],
  ["dn", "A"],
  ["upper.case", "PTR"],
  ["caa", "CAA"],
  ["host", "SSHFP"],
  ["host", "HINFO"],
  ["host", "RP"],
  ["new", "UNKNOWN_65400" as RecordType],
  ["@", "SOA"],
  ["@", "NS"],
  ["@", "MX"],
  ["@", "DNSKEY"],
  ["@", "DS"],
  ["www", "MX"],
  ["www", "DNSKEY"],
  ["www", "DS"],
  ["ent", "A"],
  ["b.ent", "DS"],
  ["anything.wild", "A"],
  ["real.wild", "TXT"],
  ["nowhere", "A"],
  ["a.b.c.nowhere", "A"],
  ["zzzz", "A"],
  ["!", "A"],
  ["x.www", "A"],
  ["dangling", "A"],
  ["nowhere", "DS"],
  ["unsigned", "DS"],
  ["www.unsigned", "A"],
  ["nowhere.unsigned", "A"],
  ["unsigned", "NS"],
  ["loop-a", "A"],
];

const mutations: Mutation[] = HONEST.map(([name, type]) => ({ title: "as it is", name, type }));
const add = (
  title: string,
  [name, type]: readonly [string, RecordType],
  change: Mutation["change"],
  at?: Mutation["at"],
): void => {
  mutations.push({ title, name, type, change, ...(at && { at }) });
};

// The answer and its signature.
const TARGET = ["_8003._tcp.js", "TLSA"] as const;
add("a changed octet", TARGET, ({ answers }) => {
  for (const one of answers) if (one.type === "TLSA") flip(one.data.certificate as Buffer);
});
add("the signature stripped", TARGET, (message) => {
  message.answers = stripped(message.answers);
});
add(
  "a changed signature",
  TARGET,
  signatures(({ signature }) => flip(signature, 5)),
);
add(
  "a signature cut short",
  TARGET,
  signatures((data) => {
    data.signature = data.signature.subarray(0, 20);
  }),
);
add(
  "another key tag",
  TARGET,
  signatures((data) => {
    data.keyTag ^= 1;
  }),
);
add(
  "another algorithm",
  TARGET,
  signatures((data) => {
    data.algorithm = data.algorithm === 13 ? 8 : 13;
  }),
);
add(
  "an unknown algorithm",
  TARGET,
  signatures((data) => {
    data.algorithm = 200;
  }),
);
add(
  "fewer labels",
  TARGET,
  signatures((data) => {
    data.labels -= 1;
  }),
);
add(
  "more labels",
  TARGET,
  signatures((data) => {
    data.labels += 1;
  }),
);
add(
  "a later end",
  TARGET,
  signatures((data) => {
    data.expiration += 3600;
  }),
);
add(
  "an earlier end, passed",
  TARGET,
  signatures((data) => {
    data.expiration = data.inception + 1;
  }),
);
add(
  "a later beginning",
  TARGET,
  signatures((data) => {
    data.inception = data.expiration - 1;
  }),
);
add(
  "another original TTL",
  TARGET,
  signatures((data) => {
    data.originalTTL += 1;
  }),
);
add(
  "signed by the root",
  TARGET,
  signatures((data) => {
    data.signersName = ".";
  }),
);
add(
  "signed by a name below",
  TARGET,
  signatures((data, { zone }) => {
    data.signersName = `js.${zone}`;
  }),
);
add(
  "signed by another zone",
  TARGET,
  signatures((data, { otherZone }) => {
    data.signersName = otherZone;
  }),
);
add("a raised TTL", TARGET, ({ answers }) => {
  for (const one of answers) (one as { ttl: number }).ttl = 86_400;
});
add("a bad signature beside the good one", TARGET, (message) => {
  const good = message.answers.find(isSignature)!;
  const bad = Buffer.from(good.data.signature);
  flip(bad, 9);
  message.answers.unshift({ ...good, data: { ...good.data, signature: bad } });
});
add("the signature of another set", TARGET, async (message, { ask, zone }) => {
  const [other] = (await ask(`js.${zone}`, "AAAA")).answers.filter(isSignature);
  message.answers = [
    ...stripped(message.answers),
    { ...other, name: message.questions[0].name, data: { ...other.data, typeCovered: "TLSA" } },
  ];
});
add("NXDOMAIN in the header", TARGET, (message) => setRcode(message, NXDOMAIN));
add("SERVFAIL", TARGET, (message) => {
  setRcode(message, SERVFAIL);
  message.answers = [];
});
add("empty", TARGET, (message) => {
  message.answers = [];
  message.authorities = [];
});
add("the answer of another zone", TARGET, async (message, { ask, otherZone }) => {
  const foreign = await ask(`_8003._tcp.js.${otherZone}`, "TLSA");
  message.answers = foreign.answers.map((one) => ({ ...one, name: message.questions[0].name }) as Answer);
});
add("a record added", ["www", "A"], ({ answers }) => {
  const one = answers.find(({ type }) => type === "A")!;
  answers.push({ ...one, data: "192.0.2.66" } as Answer);
});
add("a record left out", ["www", "A"], (message) => {
  message.answers = message.answers.filter((one) => (one as { data: unknown }).data !== "192.0.2.1");
});
add("a record repeated", ["www", "A"], ({ answers }) => {
  answers.push(answers.find(({ type }) => type === "A")!);
});
add("the order turned", ["www", "A"], ({ answers }) => {
  answers.reverse();
});
add("letters in upper case", ["www", "A"], ({ answers }) => {
  for (const one of answers) (one as { name: string }).name = one.name.toUpperCase();
});
add("an alias that nobody signed", ["www", "A"], async (message, { ask, zone }) => {
  const target = await ask(`js.${zone}`, "A");
  const name = message.questions[0].name;
  message.answers = [{ name, type: "CNAME", ttl: 60, class: "IN", data: `js.${zone}` }, ...target.answers];
});

// Denial.
const NX = ["nowhere", "A"] as const;
for (const index of [0, 1, 2]) {
  add(`without denial record ${index}`, NX, withoutProof(index));
  add(`without denial record ${index}`, ["www", "MX"], withoutProof(index));
  add(`without denial record ${index}`, ["anything.wild", "A"], withoutProof(index));
  add(`without denial record ${index}`, ["a.b.c.nowhere", "A"], withoutProof(index));
}
add("without denial records", ["anything.wild", "TXT"], (message) => {
  message.authorities = message.authorities.filter((one) => !isDenial(one));
});
add("without denial records", ["x.cwild", "A"], (message) => {
  message.authorities = message.authorities.filter((one) => !isDenial(one));
});
add("denial records without signatures", NX, (message) => {
  message.authorities = stripped(message.authorities);
});
add("denial records without signatures", ["anything.wild", "TXT"], (message) => {
  message.authorities = stripped(message.authorities);
});
add("without the SOA", NX, (message) => {
  message.authorities = message.authorities.filter((one) => !covers(one, "SOA"));
});
add("NOERROR in the header", NX, (message) => setRcode(message, 0));
add("NXDOMAIN in the header", ["www", "MX"], (message) => setRcode(message, NXDOMAIN));
add("a type taken out of the denial", ["www", "TXT"], async (message, { ask, zone }) => {
  const { authorities } = await ask(`www.${zone}`, "MX");
  for (const one of authorities)
    if (one.type === "NSEC" || one.type === "NSEC3")
      one.data.rrtypes = one.data.rrtypes?.filter((type) => type !== "TXT");
  message.answers = [];
  message.authorities = authorities;
});
for (const [name, type] of [
  ["www", "TXT"],
  ["_8003._tcp.js", "TLSA"],
  ["alias", "A"],
  ["x.dn", "A"],
  ["anything.wild", "TXT"],
] as const) {
  add("denied with the proof of another name", [name, type], deniedAs("nowhere", type, NXDOMAIN));
  add("denied with the proof of its own other types", [name, type], deniedAs(name, "HINFO", 0));
  add("denied with the proof of a wildcard's", [name, type], deniedAs("other.wild", "HINFO", 0));
  add("denied with the proof of the apex", [name, type], async (message, { ask, zone }) => {
    message.answers = [];
    message.authorities = (await ask(zone, "HINFO")).authorities;
  });
  add("denied with the proof of an unsigned delegation", [name, type], deniedAs("unsigned", "DS", 0));
  add("denied with the proof of another zone", [name, type], async (message, { ask, otherZone }) => {
    message.answers = [];
    message.authorities = (await ask(`nowhere.${otherZone}`, type)).authorities;
    setRcode(message, NXDOMAIN);
  });
}

// Wildcards.
add("a wildcard's answer for a name that exists", ["real.wild", "TXT"], answeredAs("other.wild", "TXT"));
add("a wildcard's answer for a name elsewhere", ["www", "TXT"], answeredAs("other.wild", "TXT"));
add("a wildcard's answer for a name above", ["wild", "TXT"], answeredAs("other.wild", "TXT"));
add("the wildcard's own name answered", ["other.wild", "TXT"], answeredAs("*.wild", "TXT"));
add("another wildcard's answer", ["other.wild", "TXT"], answeredAs("other.cwild", "CNAME"));
add(
  "a wildcard's answer with the proof of another name",
  ["any.wild", "TXT"],
  async (message, { ask, zone }) => {
    message.authorities = (await ask(`nowhere.${zone}`, "TXT")).authorities;
  },
);

// Aliases.
add("led elsewhere", ["alias", "A"], ({ answers }, { zone }) => {
  for (const one of answers) if (one.type === "CNAME") (one as { data: string }).data = `js.${zone}`;
});
add("led elsewhere by the made CNAME", ["x.dn", "A"], ({ answers }, { zone }) => {
  for (const one of answers) if (one.type === "CNAME") (one as { data: string }).data = `js.${zone}`;
});
add("the DNAME left out", ["x.dn", "A"], (message) => {
  message.answers = message.answers.filter((one) => !covers(one, "DNAME"));
});
add("the DNAME without signature", ["x.dn", "A"], (message) => {
  message.answers = message.answers.filter((one) => !(isSignature(one) && one.data.typeCovered === "DNAME"));
});
add("the DNAME changed", ["x.dn", "A"], ({ answers }, { zone }) => {
  for (const one of answers) if (one.type === "DNAME") (one as { data: string }).data = `wild.${zone}`;
});

// The keys.
const KEYS = ["@", "DNSKEY"] as const;
const WWW = ["www", "A"] as const;
add(
  "no keys",
  WWW,
  (message) => {
    message.answers = [];
  },
  KEYS,
);
add(
  "keys without signature",
  WWW,
  (message) => {
    message.answers = stripped(message.answers);
  },
  KEYS,
);
add(
  "a changed key",
  WWW,
  ({ answers }) => {
    for (const one of answers) if (one.type === "DNSKEY") flip(one.data.key as Buffer, 20);
  },
  KEYS,
);
add(
  "a changed signature of the keys",
  WWW,
  signatures(({ signature }) => flip(signature, 5)),
  KEYS,
);
for (const [title, flags] of [
  ["the key-signing key", 257],
  ["the zone-signing key", 256],
] as const) {
  add(
    `${title} left out`,
    WWW,
    (message) => {
      message.answers = message.answers.filter((one) => !(one.type === "DNSKEY" && one.data.flags === flags));
    },
    KEYS,
  );
  add(
    `${title} revoked`,
    WWW,
    ({ answers }) => {
      for (const one of answers)
        if (one.type === "DNSKEY" && one.data.flags === flags) one.data.flags |= 0x80;
    },
    KEYS,
  );
}
add(
  "a key added",
  WWW,
  async (message, { ask, otherZone }) => {
    const foreign = (await ask(otherZone, "DNSKEY")).answers.find((one) => one.type === "DNSKEY")!;
    message.answers.push({ ...foreign, name: message.questions[0].name } as Answer);
  },
  KEYS,
);
add(
  "the keys of another zone",
  WWW,
  async (message, { ask, otherZone }) => {
    const foreign = await ask(otherZone, "DNSKEY");
    message.answers = foreign.answers.map((one) => ({ ...one, name: message.questions[0].name }) as Answer);
  },
  KEYS,
);
add(
  "keys answered SERVFAIL",
  WWW,
  (message) => {
    message.answers = [];
    setRcode(message, SERVFAIL);
  },
  KEYS,
);

// The DS.
const DS = ["@", "DS"] as const;
add(
  "no DS, no proof",
  WWW,
  (message) => {
    message.answers = [];
  },
  DS,
);
add(
  "a DS without signature",
  WWW,
  (message) => {
    message.answers = stripped(message.answers);
  },
  DS,
);
add(
  "a changed DS",
  WWW,
  ({ answers }) => {
    for (const one of answers) if (one.type === "DS") flip(one.data.digest as Buffer);
  },
  DS,
);
add(
  "a DS answered SERVFAIL",
  WWW,
  (message) => {
    message.answers = [];
    setRcode(message, SERVFAIL);
  },
  DS,
);
add(
  "the DS denied by the zone itself",
  WWW,
  async (message, { ask, zone }) => {
    message.answers = [];
    message.authorities = (await ask(zone, "HINFO")).authorities;
  },
  DS,
);
add(
  "the DS denied by the root with the proof of no such name",
  WWW,
  async (message, { ask }) => {
    message.answers = [];
    message.authorities = (await ask("zzzz-nowhere", "DS")).authorities;
    setRcode(message, NXDOMAIN);
  },
  DS,
);
add(
  "the unsigned delegation's proof stripped",
  ["www.unsigned", "A"],
  (message) => {
    message.authorities = stripped(message.authorities);
  },
  ["unsigned", "DS"],
);
add(
  "the unsigned delegation's proof left out",
  ["www.unsigned", "A"],
  (message) => {
    message.authorities = [];
  },
  ["unsigned", "DS"],
);
add(
  "the unsigned delegation denied with the proof of another",
  ["www.unsigned", "A"],
  async (message, { ask, zone }) => {
    message.authorities = (await ask(`www.${zone}`, "DS")).authorities;
  },
  ["unsigned", "DS"],
);
add(
  "the unsigned delegation denied as no such name",
  ["www.unsigned", "A"],
  async (message, { ask, zone }) => {
    message.authorities = (await ask(`nowhere.${zone}`, "DS")).authorities;
    setRcode(message, NXDOMAIN);
  },
  ["unsigned", "DS"],
);
for (const ds of DS_CHOICES) mutations.push({ title: `DS: ${ds}`, name: "www", type: "A", ds });

export const MUTATIONS: readonly Mutation[] = mutations;
