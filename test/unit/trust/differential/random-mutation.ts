/** Changes at random: what nobody thought of. */
import type { Answer } from "dns-packet";
import { seededRandom } from "../../../../hil/rig/random.ts";
import type { Message } from "../meddling-server.ts";
import { HONEST, type Mutation, type Place } from "./mutations.ts";

type Random = () => number;
type Section = "answers" | "authorities";

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)];

/** The octets in a record that may be flipped. */
function octetsOf(record: Answer): Buffer[] {
  const { data } = record as { data?: unknown };
  if (Buffer.isBuffer(data)) return [data];
  return Object.values((data ?? {}) as object).filter((value): value is Buffer => Buffer.isBuffer(value));
}

const recordsIn = (message: Message, section: Section): Answer[] =>
  message[section].filter(({ type }) => type !== "OPT");

/** Each kind of change; one that finds nothing to change leaves the message as it is. */
const CHANGES: readonly ((message: Message, random: Random, place: Place) => void | Promise<void>)[] = [
  // a record left out
  (message, random) => {
    const section = pick<Section>(random, ["answers", "authorities"]);
    const victim = pick(random, recordsIn(message, section));
    message[section] = message[section].filter((one) => one !== victim);
  },
  // a whole set left out, with its signatures
  (message, random) => {
    const section = pick<Section>(random, ["answers", "authorities"]);
    const victim = pick(random, recordsIn(message, section));
    message[section] = message[section].filter((one) => one.name !== victim?.name);
  },
  // all signatures of a section left out
  (message, random) => {
    const section = pick<Section>(random, ["answers", "authorities"]);
    message[section] = message[section].filter(({ type }) => type !== "RRSIG");
  },
  // one bit
  (message, random) => {
    const octets = recordsIn(message, pick<Section>(random, ["answers", "authorities"])).flatMap(octetsOf);
    const victim = pick(
      random,
      octets.filter(({ length }) => length > 0),
    );
    if (victim) victim[Math.floor(random() * victim.length)] ^= 1 << Math.floor(random() * 8);
  },
  // the signatures of two sets swapped
  (message, random) => {
    const all = [...message.answers, ...message.authorities].filter(({ type }) => type === "RRSIG") as {
      data: { signature: Buffer };
    }[];
    const [a, b] = [pick(random, all), pick(random, all)];
    if (a && b) [a.data.signature, b.data.signature] = [b.data.signature, a.data.signature];
  },
  // a record under another name
  async (message, random, { zone }) => {
    const victim = pick(random, recordsIn(message, pick<Section>(random, ["answers", "authorities"])));
    const [name] = pick(random, HONEST);
    if (victim) (victim as { name: string }).name = name === "@" ? zone : `${name}.${zone}`;
  },
  // the denial of another question
  async (message, random, { zone, ask }) => {
    const [name, type] = pick(random, HONEST);
    const other = await ask(name === "@" ? zone : `${name}.${zone}`, type);
    if (other.authorities.length > 0) message.answers = [];
    message.authorities = other.authorities;
  },
  // the records of another question besides
  async (message, random, { zone, ask }) => {
    const [name, type] = pick(random, HONEST);
    const other = await ask(name === "@" ? zone : `${name}.${zone}`, type);
    message.answers = [...message.answers, ...other.answers];
    message.authorities = [...message.authorities, ...other.authorities];
  },
  // turned round
  (message) => {
    message.answers.reverse();
    message.authorities.reverse();
  },
  // a signature's field
  (message, random) => {
    const victim = pick(
      random,
      [...message.answers, ...message.authorities].filter(({ type }) => type === "RRSIG"),
    ) as { data: object } | undefined as { data: Record<string, number> } | undefined;
    const field = pick(random, ["labels", "keyTag", "originalTTL", "expiration", "inception"]);
    if (victim) victim.data[field] = Math.max(0, victim.data[field] + pick(random, [-1, 1]));
  },
];

/** A question and one or two changes, in its own answer or in that for the zone's keys or DS. */
export function randomMutation(random: Random, title: string): Mutation {
  const [name, type] = pick(random, HONEST);
  const at = pick<Mutation["at"]>(random, [undefined, undefined, undefined, ["@", "DNSKEY"], ["@", "DS"]]);
  const changes = Array.from({ length: random() < 0.7 ? 1 : 2 }, () =>
    CHANGES.indexOf(pick(random, CHANGES)),
  );
  // One draw for the changes themselves: how often an answer is asked for differs between validators.
  const seed = random();
  return {
    title: `${title}, changes ${changes.join(" and ")}${at ? ` of ${at.join(" ")}` : ""}`,
    name,
    type,
    ...(at && { at }),
    change: async (message, place) => {
      const draw = seededRandom(Math.floor(seed * 2 ** 31));
      for (const change of changes) await CHANGES[change](message, draw, place);
    },
  };
}
