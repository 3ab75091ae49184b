/** The server of GDB's protocol beside an emulated board in lockstep, spoken to octet by octet. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { runLockstep } from "../../../../hil/clock/index.ts";
import { GdbServer } from "../../../../hil/emulator/index.ts";
import { Bench, buildBare } from "../support/programs.ts";

const FOREVER = "volatile uint8_t count; int main(void) { for (;;) count++; }";

const LIMIT_NS = 2e9;

/** A debugger that sends commands and reads the data of the answers. */
class Debugger {
  readonly #socket: Socket;
  #received = "";
  #arrived: () => void = () => {};

  constructor(port: number) {
    // Its side of the connection stays open until it leaves by itself.
    this.#socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    this.#socket.on("data", (octets) => {
      this.#received += octets.toString("latin1");
      this.#arrived();
    });
  }

  write(octets: string): void {
    this.#socket.write(octets, "latin1");
  }

  command(data: string): void {
    const sum = [...data].reduce((all, each) => all + each.charCodeAt(0), 0) & 0xff;
    this.write(`$${data}#${sum.toString(16).padStart(2, "0")}`);
  }

  async answer(): Promise<string> {
    for (;;) {
      const match = /^\+*\$([^#]*)#../.exec(this.#received);
      if (match !== null) {
        this.#received = this.#received.slice(match[0].length);
        return match[1];
      }
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  ask(data: string): Promise<string> {
    this.command(data);
    return this.answer();
  }

  close(): void {
    this.#socket.destroy();
  }
}

describe("the server of GDB's remote protocol", () => {
  let board: Bench;
  let server: GdbServer;
  let gdb: Debugger;
  let port: number;
  let over: boolean;
  let run: Promise<unknown>;
  let count: number;
  beforeEach(async () => {
    const program = await buildBare(FOREVER);
    count = program.symbols.get("count")?.address ?? Number.NaN;
    board = new Bench(program);
    over = false;
    server = new GdbServer(board.machine.debugPort, () => {
      over = true;
    });
    port = await server.listen(0);
    gdb = new Debugger(port);
    run = runLockstep({
      clock: board.clock,
      machines: [board.machine],
      participants: [server],
      done: () => over,
      limitNs: LIMIT_NS,
    });
  });
  afterEach(async () => {
    over = true;
    gdb.close();
    await server.close();
    await run;
  });

  it("keeps the program before its first instruction until it is told to go on", async () => {
    assert.equal(await gdb.ask("?"), "T05");
    assert.match(await gdb.ask("g"), /^[0-9a-f]{70}00000000$/);
    assert.equal(board.clock.nowNs(), 0);
  });

  it("interrupts a program that never rests", async () => {
    gdb.command("c");
    gdb.write("\x03");
    assert.equal(await gdb.answer(), "T02");
    const standsAtNs = board.clock.nowNs();
    await new Promise((later) => setTimeout(later, 60));
    assert.equal(board.clock.nowNs(), standsAtNs);
  });

  it("steps, and reads single registers", async () => {
    assert.equal(await gdb.ask("p22"), "00000000");
    assert.equal(await gdb.ask("s"), "T05");
    assert.notEqual(await gdb.ask("p22"), "00000000");
    assert.equal(await gdb.ask("P18=5a"), "OK");
    assert.equal(await gdb.ask("p18"), "5a");
    assert.equal(await gdb.ask("P18=5a5a"), "E01");
    assert.equal(await gdb.ask("p23"), "E01");
  });

  it("stops at breakpoints of both types until they are taken away", async () => {
    await gdb.ask("s");
    await gdb.ask("s");
    const pc = Buffer.from(await gdb.ask("p22"), "hex").readUInt32LE();
    for (const type of ["0", "1"]) {
      assert.equal(await gdb.ask(`Z${type},${pc.toString(16)},2`), "OK");
      assert.equal(await gdb.ask("s"), "T05");
      assert.equal(await gdb.ask(`z${type},${pc.toString(16)},2`), "OK");
    }
  });

  it("stops behind the change of a watched place, and watches no reads", async () => {
    const at = (0x800000 + count).toString(16);
    assert.equal(await gdb.ask(`Z2,${at},1`), "OK");
    // The start-up code clears it.
    for (const value of ["00", "01", "02"]) {
      assert.equal(await gdb.ask("c"), `T05watch:${at};`);
      assert.equal(await gdb.ask(`m${at},1`), value);
    }
    assert.equal(await gdb.ask(`z2,${at},1`), "OK");
    for (const type of ["3", "4"]) assert.equal(await gdb.ask(`Z${type},${at},1`), "");
    for (const wrong of [`Z2,${at},0`, `Z2,${at}`, "Z2,820000,1"]) assert.equal(await gdb.ask(wrong), "E01");
    gdb.command("c");
    gdb.write("\x03");
    assert.equal(await gdb.answer(), "T02");
  });

  it("reads and writes memory, and refuses what there is not", async () => {
    const at = (0x800000 + count).toString(16);
    assert.equal(await gdb.ask(`M${at},1:2a`), "OK");
    assert.equal(await gdb.ask(`m${at},1`), "2a");
    assert.equal(await gdb.ask("m8008ff,2"), "E01");
    assert.equal(await gdb.ask("m0,ffff"), "E01");
    assert.equal(await gdb.ask("mxyz"), "E01");
    assert.equal(await gdb.ask("M0,1:00"), "E01");
  });

  it("refuses what is cut short or no number, and changes nothing for it", async () => {
    const at = (0x800000 + count).toString(16);
    const before = await gdb.ask("g");
    for (const command of [
      "G",
      "G00",
      "Gzz",
      `M${at},2:2a`,
      `M${at},1`,
      "m-1,1",
      `m${at},-1`,
      "Z0",
      "Z1,x,2",
    ]) {
      assert.equal(await gdb.ask(command), "E01", command);
    }
    assert.equal(await gdb.ask("g"), before);
    assert.equal(await gdb.ask(`G${before}`), "OK");
  });

  it("does not wait for a debugger that stays when the run is over", async () => {
    await gdb.ask("?");
    await server.close();
    await run;
    assert.equal(over, false);
  });

  it("answers what it does not know as the protocol asks, and quits without a kill", async () => {
    assert.equal(await gdb.ask("vCont?"), "");
    assert.equal(await gdb.ask("qSupported:swbreak+"), "PacketSize=1000");
    assert.equal(await gdb.ask("qAttached"), "1");
  });

  it("lets the program run on where the debugger leaves", async () => {
    gdb.command("D");
    await run;
    assert.equal(await gdb.answer(), "OK");
    assert.equal(board.clock.nowNs(), LIMIT_NS);
    assert.equal(over, false);
  });

  it("tells of a debugger that is lost", async () => {
    await gdb.ask("?");
    gdb.close();
    await run;
    assert.equal(over, true);
  });

  it("has room for one debugger", async () => {
    await gdb.ask("?");
    const second = connect(port, "127.0.0.1");
    await new Promise((closed) => second.once("close", closed));
    assert.equal(await gdb.ask("?"), "T05");
  });
});
