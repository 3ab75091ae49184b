/** What is beyond joins and data frames: keys of multicast groups, parity lines of fragments, ping slots. */
import assert from "node:assert/strict";
import type { Subject } from "./subject.ts";
import { airOrder, deviceVector, hex, octets, vectors } from "./vectors.ts";

/** Declares the tests. `subject` is called when they run; it has the parity lines of one version of TS004. */
export function specifyPackages(subject: () => Subject, fragmentation: 1 | 2): void {
  describe("multicast", () => {
    for (const v of vectors<{ in: string; out: string; mcAddr?: string }>("multicastKeys")) {
      it(v.name, () => {
        const key = octets(v.in);
        const made =
          v.mcAddr === undefined
            ? subject().encryptBlock(key, new Uint8Array(16))
            : subject().groupKeys(key, airOrder(v.mcAddr)).slice(0, 16);
        assert.equal(hex(made), v.out);
      });
    }
    it("device: McKEKey", () => {
      const { input, expected } = deviceVector<{ mc_root_key: string }>("McKEKey");
      assert.equal(hex(subject().encryptBlock(octets(input.mc_root_key), new Uint8Array(16))), expected);
    });
    for (const [name, at] of [
      ["McNwkSKey", 0],
      ["McAppSKey", 16],
    ] as const) {
      it(`device: ${name}`, () => {
        const { input, expected } = deviceVector<{ mc_key: string; mc_addr: string }>(name);
        const made = subject().groupKeys(octets(input.mc_key), airOrder(input.mc_addr));
        assert.equal(hex(made.slice(at, at + 16)), expected);
      });
    }
  });

  describe("fragments", () => {
    interface Parity {
      data: string;
      nb_frag: number;
      frag_size: number;
      line: number;
    }
    const named = vectors<unknown>("device").filter(({ name }) => name.startsWith("TS004"));
    for (const { name } of named) {
      const { input, expected } = deviceVector<Parity>(name);
      if (!name.startsWith(`TS004 v${fragmentation} `)) continue;
      it(`device: ${name}`, () => {
        // Octet k of the block is k.
        const line = subject().parityLine(input.line, input.nb_frag);
        const sum = new Uint8Array(input.frag_size);
        for (let i = 0; i < input.nb_frag; i++)
          if ((line[i >> 3] >> (i & 7)) & 1)
            for (let j = 0; j < sum.length; j++) sum[j] ^= i * input.frag_size + j;
        assert.equal(hex(sum), expected);
      });
    }
  });

  it("device: ping offset", () => {
    const { input, expected } = deviceVector<{ beacon_time: number; dev_addr: string; ping_period: number }>(
      "ping offset",
    );
    const periodicity = Math.log2(input.ping_period) - 5;
    const made = subject().pingOffset(input.beacon_time, airOrder(input.dev_addr), periodicity);
    assert.equal(made, expected as unknown as number);
  });
}
