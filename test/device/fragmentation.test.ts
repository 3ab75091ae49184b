/**
 * A data block in fragments (TS004) from the Application Server to a board, over an air that loses some of them: the board
 * rebuilds it from coded ones, checks its MIC and answers for it.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { BlockSender } from "../../hil/rig/packages/index.ts";
import { seeded } from "../unit/firmware/support/bench.ts";
import { type DeviceSession, openDeviceSession } from "./support/device-session.ts";

const BLOCK_PRINTER = fileURLToPath(new URL("../../hil/scenarios/c/block-printer.c", import.meta.url));
const GATEWAY = /^[0-9A-F]{16}$/;

const FRAGMENTATION_PORT = 201;
const DESCRIPTOR = 0x04030201;
const FRAGMENT_OCTETS = 32;
const BLOCK_OCTETS = 18 * FRAGMENT_OCTETS - 5;
/** Of each fragment, to be lost. */
const LOSS = 0.25;
/** FragSessionStatusReq to all; and Control of a set-up that wants DataBlockReceivedReq. */
const STATUS_REQ = "0101";
const ACK_RECEPTION = 0x40;

function randomBlock(seed: number): Buffer {
  const random = seeded(seed);
  return Buffer.from(Array.from({ length: BLOCK_OCTETS }, () => Math.floor(random() * 256)));
}

/** The Application Server's side of a session with the package. */
class Sender {
  readonly #session: DeviceSession;
  /** The next frame of the gateway does not reach the device. */
  #isNextLost = false;
  lost = 0;

  constructor(session: DeviceSession) {
    this.#session = session;
    session.air.disturb(({ from }, receiver) => {
      if (!this.#isNextLost || receiver !== "device" || !GATEWAY.test(from)) return undefined;
      this.#isNextLost = false;
      this.lost++;
      return "lost";
    });
  }

  /** Sends commands behind the next uplink; lost on the way where that is said. */
  async send(commands: string, isLost = false): Promise<void> {
    await this.#session.nextUplink();
    this.#isNextLost = isLost;
    this.#session.send(FRAGMENTATION_PORT, Buffer.from(commands, "hex"));
  }

  /** What the package says next. */
  async answer(): Promise<string> {
    for (;;) {
      const { fPort, payload } = await this.#session.nextUplink();
      if (fPort === FRAGMENTATION_PORT) return Buffer.from(payload).toString("hex");
    }
  }
}

const CASES = [
  { board: "pro-mini-rfm95", version: 1, lorawan: "1.0.4" },
  { board: "pro-mini-rfm95", version: 2, lorawan: "1.1" },
  { board: "nucleo-l073rz-sx1262", version: 2, lorawan: "1.0.4" },
] as const;

describe("a fragmented data block over the air", () => {
  for (const { board, version, lorawan } of CASES) {
    describe(`version ${version} to ${board}, LoRaWAN ${lorawan}`, () => {
      const block = randomBlock(version);
      const blockSender = new BlockSender(block, FRAGMENT_OCTETS, version);
      let session: DeviceSession;
      let sender: Sender;
      before(async () => {
        session = await openDeviceSession({
          ...{ board, lorawan, seed: version },
          c: [BLOCK_PRINTER],
          config: {
            ...{ FRAGMENTATION: true, FRAGMENTATION_V1: version === 1, PERIOD_S: 10 },
            ...{ MAX_BLOCK: 640, MAX_FRAGMENTS: 32, PRINT_DOWNLINKS: false },
          },
        });
        sender = new Sender(session);
      });
      after(() => session?.close());

      const blocks = () => session.consoleLines.filter((line) => line.startsWith("block "));
      /** StatusAns in the order of the version. */
      const status = (received: number, missing: number) => {
        const head = Buffer.from([received & 0xff, received >> 8, missing]).toString("hex");
        return version === 1 ? `01${head}00` : `0100${head}`;
      };

      it("is announced, and the announcement answered", async () => {
        const { nwkKey, appKey } = session.identity;
        const rootKey = Buffer.from(lorawan === "1.1" ? appKey : nwkKey);
        const control = version === 2 ? ACK_RECEPTION : 0;
        await sender.send(blockSender.setUp({ control, descriptor: DESCRIPTOR, rootKey }));
        assert.equal(await sender.answer(), "0200");
      });

      it("comes with holes, which the device counts", async () => {
        const random = seeded(version + 10);
        for (let n = 1; n <= blockSender.count; n++)
          await sender.send(blockSender.fragment(n), random() < LOSS);
        await sender.send(STATUS_REQ);
        assert.ok(sender.lost >= 2, `${sender.lost} fragments lost`);
        assert.equal(await sender.answer(), status(blockSender.count - sender.lost, sender.lost));
        assert.deepEqual(blocks(), []);
      });

      it("is rebuilt from coded fragments, some of which are lost, too", async () => {
        const random = seeded(version + 20);
        const lost = sender.lost;
        for (let n = blockSender.count + 1; blocks().length === 0; n++) {
          assert.ok(n <= blockSender.count + 3 * lost + 10, "too many coded fragments");
          await sender.send(blockSender.fragment(n), random() < LOSS);
          // The device has it before its next uplink.
          await session.pass(3);
        }
        assert.deepEqual(blocks(), [`block 04030201 ${block.toString("hex").toUpperCase()}`]);
        if (version === 2) assert.equal(await sender.answer(), "0400");
      });

      it("is whole when the device is asked", async () => {
        await sender.send(STATUS_REQ);
        const answer = await sender.answer();
        assert.equal(answer.slice(-2), "00");
        assert.match(answer, version === 1 ? /^01..000000$/ : /^0100..0000$/);
      });

      if (version === 2)
        it("is refused where its MIC is wrong, and not handed over", async () => {
          const rootKey = Buffer.alloc(16, 0x5a);
          const small = new BlockSender(block.subarray(0, 40), 20, 2);
          await sender.send(small.setUp({ control: ACK_RECEPTION, sessionCount: 2, rootKey }));
          assert.equal(await sender.answer(), "0200");
          await sender.send(small.fragment(1));
          await sender.send(small.fragment(2));
          assert.equal(await sender.answer(), "0404");
          await sender.send(STATUS_REQ);
          assert.equal(await sender.answer(), "0102020000");
          assert.equal(blocks().length, 1);
        });
    });
  }
});
