/** TS004: the parity lines of both versions, blocks with lost fragments, and all commands, good and bad. */
import assert from "node:assert/strict";
import type * as DecoderModule from "../../../../firmware/packages/fragmentation/decoder.ts";
import type * as FragmentationModule from "../../../../firmware/packages/fragmentation/index.ts";
import type * as LineModule from "../../../../firmware/packages/fragmentation/parity-line.ts";
import type * as SinkModule from "../../../../firmware/packages/fragmentation/sink.ts";
import {
  BlockSender,
  type FragmentationVersion,
  fragmentsOfLine,
} from "../../../../hil/rig/packages/index.ts";
import { vectors } from "../../../vectors/vectors.ts";
import { IDENTITY, seeded } from "../support/bench.ts";
import { PackageDevice } from "./package-device.ts";

const PORT = 201;
const VERSIONS = [1, 2] as const;

/** A device with a sink, and what came to it. */
class Receiver extends PackageDevice {
  readonly memory = new Uint8Array(4096).fill(0x55);
  readonly blocks: { readonly block: string; readonly descriptor: number }[] = [];

  constructor(version: FragmentationVersion, config: Readonly<Record<string, boolean | number>> = {}) {
    super({ LORAWAN_1_1: false, FRAGMENTATION: true, FRAGMENTATION_V1: version === 1, ...config });
    this.module<typeof SinkModule>("packages/fragmentation/sink.ts").bindSink({
      read: (offset) => {
        assert.ok(offset < this.memory.length, `read at ${offset}`);
        return this.memory[offset];
      },
      write: (offset, value) => {
        assert.ok(offset < this.memory.length, `write at ${offset}`);
        this.memory[offset] = value;
      },
      end: (length, descriptor) => {
        this.blocks.push({ block: Buffer.from(this.memory.subarray(0, length)).toString("hex"), descriptor });
      },
    });
  }

  state() {
    const { fragSession } = this.module<typeof FragmentationModule>("packages/fragmentation/index.ts");
    const { decoder } = this.module<typeof DecoderModule>("packages/fragmentation/decoder.ts");
    return { ...fragSession, ...decoder, memory: Buffer.from(this.memory).toString("hex") };
  }

  get missing(): number {
    return this.state().missing;
  }
}

function randomBlock(length: number, seed: number): Buffer {
  const random = seeded(seed);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** A server that has the root keys of the bench's device. */
class Sender extends BlockSender {
  override setUp(fields: Partial<Parameters<BlockSender["setUp"]>[0]> = {}): string {
    return super.setUp({ rootKey: IDENTITY.nwkKey, ...fields });
  }
}

/** A receiver in a session of ten fragments of ten octets. */
function inSession(version: FragmentationVersion): { it: Receiver; sender: Sender } {
  const it = new Receiver(version);
  const sender = new Sender(randomBlock(97, 1), 10, version);
  assert.equal(it.answer(PORT, sender.setUp()), "0200");
  return { it, sender };
}

describe("firmware: parity lines (TS004)", () => {
  const block = Buffer.from(Array.from({ length: 100 }, (_, i) => i));
  const found = vectors<{ input: { line: number; nb_frag: number }; expected: string }>("device").filter(
    ({ name }) => name.startsWith("TS004"),
  );

  it("have vectors of both versions", () => {
    assert.equal(found.length, 15);
  });

  for (const { name, input, expected } of found)
    it(`are those of the vector: ${name}`, () => {
      const version = name.includes("v1") ? 1 : 2;
      const { drawParityLine, hasFragment, parityLine } = new Receiver(version).module<typeof LineModule>(
        "packages/fragmentation/parity-line.ts",
      );
      drawParityLine(input.line, input.nb_frag);
      const sum = Buffer.alloc(10);
      for (let i = 0; i < 10; i++)
        if (hasFragment(parityLine, i)) for (let j = 0; j < 10; j++) sum[j] ^= block[10 * i + j];
      assert.equal(sum.toString("hex"), expected);
      assert.equal(new Sender(block, 10, version).data(10 + input.line).toString("hex"), expected);
    });

  for (const version of VERSIONS)
    it(`are those of the server for blocks of any length, version ${version}`, () => {
      const { drawParityLine, hasFragment, parityLine } = new Receiver(version).module<typeof LineModule>(
        "packages/fragmentation/parity-line.ts",
      );
      for (const count of [1, 2, 3, 4, 7, 8, 31, 64, 100, 127, 128])
        for (const line of [1, 2, 50, 1000, 16383 - count]) {
          drawParityLine(line, count);
          const drawn = fragmentsOfLine(line, count, version);
          for (let i = 0; i < 128; i++)
            assert.equal(hasFragment(parityLine, i), drawn.has(i), `${count} ${line} ${i}`);
        }
    });
});

for (const version of VERSIONS) {
  describe(`firmware: fragmented transport (TS004), version ${version}`, () => {
    it("puts a block together that comes whole, in any order, each fragment twice", () => {
      const { it, sender } = inSession(version);
      for (const n of [3, 3, 1, 10, 2, 9, 9, 4, 8, 5, 7, 6, 6, 1]) it.serve(PORT, sender.fragment(n));
      assert.deepEqual(it.blocks, [{ block: sender.block.toString("hex"), descriptor: 0x04030201 }]);
    });

    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8])
      it(`makes up for fragments lost at random, seed ${seed}`, () => {
        const random = seeded(seed);
        const it = new Receiver(version);
        const count = [128, 127, 64, 100, 17, 8, 33, 120][seed - 1];
        const size = [32, 1, 48, 40, 5, 48, 10, 30][seed - 1];
        const sender = new Sender(randomBlock(count * size - (size >> 1), seed), size, version);
        assert.equal(it.answer(PORT, sender.setUp()), "0200");
        let n = 1;
        let lost = 0;
        for (; n <= count; n++) {
          if (n === 2 || (lost < 16 && random() < 0.1)) lost++;
          else it.serve(PORT, sender.fragment(n));
        }
        assert.equal(it.missing, lost);
        assert.ok(lost > 0);
        let coded = 0;
        for (; it.missing > 0 && coded < 100; n++)
          if (random() > 0.2) {
            coded++;
            it.serve(PORT, sender.fragment(n));
          }
        assert.deepEqual(it.blocks, [{ block: sender.block.toString("hex"), descriptor: 0x04030201 }]);
        assert.ok(coded <= lost + 8, `${coded} for ${lost}`);
        const whole = it.state();
        it.serve(PORT, sender.fragment(n));
        it.serve(PORT, sender.fragment(1));
        assert.deepEqual(it.state(), whole);
        assert.equal(it.blocks.length, 1);
      });

    it("takes a fragment that comes late, behind coded ones, and coded ones twice", () => {
      const { it, sender } = inSession(version);
      for (const n of [1, 2, 3, 5, 6, 7, 9, 11, 11, 12, 12, 4, 4, 8, 10]) it.serve(PORT, sender.fragment(n));
      assert.deepEqual(
        it.blocks.map(({ block }) => block),
        [sender.block.toString("hex")],
      );
    });

    it("says that the window is too small for what is lost, and goes on with fragments that come after all", () => {
      const it = new Receiver(version, { MAX_LOST: 2 });
      const sender = new Sender(randomBlock(97, 1), 10, version);
      it.answer(PORT, sender.setUp());
      for (const n of [1, 2, 3, 4, 5, 6, 7]) it.serve(PORT, sender.fragment(n));
      it.serve(PORT, sender.fragment(11));
      it.serve(PORT, "0101");
      it.wait(40);
      assert.equal(it.send()?.payload, version === 1 ? "0108000301" : "0101080003");
      it.serve(PORT, sender.fragment(8));
      for (let n = 11; n < 40; n++) it.serve(PORT, sender.fragment(n));
      assert.deepEqual(
        it.blocks.map(({ block }) => block),
        [sender.block.toString("hex")],
      );
    });

    const answers: ReadonlyArray<readonly [title: string, commands: string, reply: string]> = [
      ["PackageVersionReq", "00", `0003${version === 1 ? "01" : "02"}`],
      ["FragSessionDeleteReq", "0300", "0300"],
      ["one for another session", "0302", "0306"],
      ["two of them", "03000300", "03000304"],
      ["those before one that is unknown", "00ff0300", `0003${version === 1 ? "01" : "02"}`],
      ["those before one that is cut short", "0003", `0003${version === 1 ? "01" : "02"}`],
    ];
    for (const [title, commands, reply] of answers)
      it(`answers ${title}`, () => {
        assert.equal(inSession(version).it.answer(PORT, commands), reply);
      });

    it("refuses a session that it has no room for, that is of another index or of another algorithm", () => {
      const good = Buffer.from(new Sender(randomBlock(97, 1), 10, version).setUp(), "hex");
      const cases: ReadonlyArray<readonly [at: number, octets: string, status: string]> = [
        [1, "10", "44"],
        [1, "3f", "c4"],
        [2, "0000", "02"],
        [2, "8100", "02"],
        [2, "ffff", "02"],
        [4, "00", "02"],
        [4, "31", "02"],
        [4, "ff", "02"],
        [5, "08", "01"],
        [5, "38", "01"],
        [6, "0a", "02"],
        [6, "ff", "02"],
      ];
      for (const [at, octets, status] of cases) {
        const request = Buffer.from(good);
        request.write(octets, at, "hex");
        const it = new Receiver(version);
        const before = it.state();
        assert.equal(it.answer(PORT, request.toString("hex")), `02${status}`, `${at}: ${octets}`);
        assert.deepEqual(it.state(), before);
      }
    });

    it("refuses a block that is longer than the memory for it", () => {
      const it = new Receiver(version, { MAX_BLOCK: 96 });
      assert.equal(it.answer(PORT, new Sender(randomBlock(97, 1), 10, version).setUp()), "0202");
      assert.equal(it.answer(PORT, new Sender(randomBlock(96, 1), 12, version).setUp()), "0200");
    });

    it("changes nothing for what is cut short, unknown or not of the session", () => {
      const { it, sender } = inSession(version);
      it.serve(PORT, sender.fragment(1));
      const before = it.state();
      const good = sender.fragment(2);
      const bad: Array<[title: string, payload: string]> = [
        ["N 0", `080000${good.slice(6)}`],
        ["another session", `080240${good.slice(6)}`],
        ["behind another command", `00${good}`],
        ["an octet more", `${good}00`],
        ["unknown", "05"],
        ["unknown", "ff"],
      ];
      for (let length = 0; length < good.length; length += 2) bad.push(["cut", good.slice(0, length)]);
      const setUp = sender.setUp({ sessionCount: 2 });
      for (let length = 0; length < setUp.length; length += 2) bad.push(["cut", setUp.slice(0, length)]);
      for (const payload of ["01", "03", "04"]) bad.push(["cut", payload]);
      for (const [title, payload] of bad) {
        it.serve(PORT, payload);
        assert.deepEqual(it.state(), before, `${title}: ${payload}`);
      }
      it.serve(PORT, good);
      assert.equal(it.missing, 8);
    });

    it("begins anew where a session takes the place of another, and takes nothing where there is none", () => {
      const { it, sender } = inSession(version);
      for (let n = 1; n < 10; n++) it.serve(PORT, sender.fragment(n));
      it.answer(PORT, sender.setUp({ sessionCount: 2 }));
      assert.equal(it.missing, 10);
      it.answer(PORT, "0300");
      const before = it.state();
      it.serve(PORT, sender.fragment(1));
      assert.deepEqual(it.state(), before);
    });

    it("waits before it tells its status, by chance up to what BlockAckDelay says", () => {
      for (const [delay, longest] of [
        [0, 16],
        [3, 128],
        [7, 2048],
      ]) {
        const { it, sender } = inSession(version);
        it.answer(PORT, sender.setUp({ control: delay, sessionCount: 2 }));
        const pauses = Array.from({ length: 40 }, () => {
          it.serve(PORT, "0101");
          const { pause } = it;
          it.wait(pause);
          assert.ok(it.send());
          return pause;
        });
        assert.ok(Math.max(...pauses) <= longest, `${Math.max(...pauses)} s`);
        assert.ok(Math.max(...pauses) > longest / 2, `${Math.max(...pauses)} s`);
      }
    });

    it("leaves a reply waiting where fragments come, of this package and of another", () => {
      const it = new Receiver(version, { CLOCK_SYNC: true });
      assert.equal(it.send()?.port, 202);
      const sender = new Sender(randomBlock(97, 1), 10, version);
      it.answer(PORT, sender.setUp({ control: 7 }));
      it.serve(PORT, "0101");
      const { pause } = it;
      it.serve(PORT, sender.fragment(1));
      assert.equal(it.pause, pause);
      assert.ok(pause > 0);
      it.serve(202, "00");
      it.serve(PORT, sender.fragment(2));
      assert.deepEqual(it.send(), { port: 202, payload: "000102" });
    });

    it("tells its status where all are asked, or something is missing", () => {
      const { it, sender } = inSession(version);
      const status = (request: string) => {
        it.serve(PORT, request);
        it.wait(20);
        return it.send()?.payload;
      };
      it.serve(PORT, sender.fragment(1));
      const partly = version === 1 ? "0101000900" : "0100010009";
      assert.deepEqual([status("0100"), status("0101")], [partly, partly]);
      for (let n = 2; n <= 10; n++) it.serve(PORT, sender.fragment(n));
      const whole = version === 1 ? "010a000000" : "01000a0000";
      assert.deepEqual([status("0100"), status("0101")], [undefined, whole]);
      assert.equal(status("0103"), version === 1 ? undefined : "0104004000");
    });
  });
}

describe("firmware: fragmented transport (TS004), samples of the document", () => {
  it("reads the set-up and the fragment of version 1", () => {
    const it = new Receiver(1);
    // FragIndex 3 and FragSize 255: more than a device of one session and frames of 64 octets has.
    assert.equal(it.answer(PORT, "02350102ff2c8101020304"), "02c7");
    assert.equal(it.answer(PORT, "02050200060001".concat("01020304")), "0200");
    it.serve(PORT, "080100010203040506");
    assert.equal(it.missing, 1);
    assert.equal(Buffer.from(it.memory.subarray(0, 6)).toString("hex"), "010203040506");
  });
});

describe("firmware: fragmented transport (TS004), what version 2 adds", () => {
  for (const lorawan11 of [false, true])
    it(`checks the MIC of the block with the ${lorawan11 ? "AppKey" : "GenAppKey"}`, () => {
      for (const [rootKey, isRight] of [
        [lorawan11 ? IDENTITY.appKey : IDENTITY.nwkKey, true],
        [lorawan11 ? IDENTITY.nwkKey : IDENTITY.appKey, false],
      ] as const)
        for (const length of [1, 15, 16, 17, 32, 97]) {
          const it = new Receiver(2, { LORAWAN_1_1: lorawan11 });
          const sender = new Sender(randomBlock(length, 3), Math.min(length, 10), 2);
          it.answer(PORT, sender.setUp({ rootKey, control: 0x40 }));
          for (let n = 1; n <= sender.count; n++) it.serve(PORT, sender.fragment(n));
          assert.equal(it.blocks.length, isRight ? 1 : 0, `${length} octets`);
          it.wait(20);
          assert.equal(it.send()?.payload, isRight ? "0400" : "0404");
          it.serve(PORT, "0101");
          it.wait(20);
          assert.match(it.send()?.payload ?? "", isRight ? /^0100/ : /^0102/);
        }
    });

  it("tells of the whole block only where the server wants it, and takes its answer", () => {
    const { it, sender } = inSession(2);
    for (let n = 1; n <= 10; n++) it.serve(PORT, sender.fragment(n));
    it.wait(20);
    assert.equal(it.send(), undefined);
    assert.equal(it.answer(PORT, "040000"), "000302");
  });

  it("takes each SessionCnt once, and none that is less", () => {
    const it = new Receiver(2);
    const sender = new Sender(randomBlock(97, 1), 10, 2);
    const answers = [7, 7, 6, 0, 8, 65535, 65535, 0].map((sessionCount) =>
      it.answer(PORT, sender.setUp({ sessionCount })),
    );
    assert.deepEqual(answers, ["0200", "0210", "0210", "0210", "0200", "0200", "0210", "0210"]);
  });
});
