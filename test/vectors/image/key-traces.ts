/** What a memory tells of a key that was in use. */
// @ts-expect-error aes-js has no types
import aesJs from "aes-js";
import { Input, Operation } from "./runner.ts";

/** The round keys of aes-js, each of four columns, most significant octet first. */
type Schedule = readonly (readonly number[])[];

/**
 * What the RAM still holds of the key that a store asked to compute with, after the answer: columns of the round keys
 * but the first, which is the key itself and its owner's; of an encrypted block those that the last round key was added
 * to. Any of them shortens the search for the key, four of one round are the key.
 */
export function tracesOf(store: Uint8Array, answer: Uint8Array, ram: Uint8Array): string[] {
  const schedule: Schedule = new aesJs.AES(store.subarray(Input.Key, Input.Key + 16))._Ke;
  const keys = schedule.flatMap((columns, round) =>
    columns.map((column, i) => ({
      name: `column ${i} of round key ${round}`,
      octets: octetsOf(column),
      round,
    })),
  );
  const secrets = keys.filter(({ round }) => round > 0);
  if (store[Input.Operation] === Operation.EncryptBlock) {
    const block = answer.subarray(answer.length - 16);
    for (const [i, { octets, round }] of keys.slice(-4).entries()) {
      const state = octets.map((octet, j) => octet ^ block[4 * i + j]);
      secrets.push({ name: `column ${i} of the last state`, octets: Buffer.from(state), round });
    }
  }
  const found = Buffer.from(ram);
  return secrets
    .map(({ name, octets }) => ({ name, at: found.indexOf(octets) }))
    .filter(({ at }) => at >= 0)
    .map(({ name, at }) => `${name} at ${at} of the RAM`);
}

function octetsOf(column: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(column);
  return octets;
}
