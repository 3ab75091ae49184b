import assert from "node:assert/strict";
import { type Arrival, PacketStream } from "../../../../hil/emulator/gdb/packets.ts";

describe("the packets of GDB's remote protocol", () => {
  let sent: string[];
  let stream: PacketStream;
  beforeEach(() => {
    sent = [];
    stream = new PacketStream((text) => sent.push(text));
  });
  const receive = (text: string): Arrival[] => [...stream.receive(Buffer.from(text, "latin1"))];

  it("carry their data with its sum modulo 256", () => {
    stream.send("OK");
    stream.send("");
    stream.send("ffffff");
    assert.deepEqual(sent, ["$OK#9a", "$#00", "$ffffff#64"]);
  });

  it("are taken however they come in pieces, each acknowledged once", () => {
    assert.deepEqual(receive("$m800100"), []);
    assert.deepEqual(receive(",2#"), []);
    assert.deepEqual(sent, []);
    assert.deepEqual(receive("f4+$?#3f$g#6"), [{ packet: "m800100,2" }, { packet: "?" }]);
    assert.deepEqual(receive("7"), [{ packet: "g" }]);
    assert.deepEqual(sent, ["+", "+", "+"]);
  });

  it("are asked for again where the sum is wrong", () => {
    assert.deepEqual(receive("$g#68"), []);
    assert.deepEqual(sent, ["-"]);
    assert.deepEqual(receive("$g#67"), [{ packet: "g" }]);
  });

  it("are sent again when the debugger asks for it", () => {
    stream.send("T05");
    assert.deepEqual(receive("-"), []);
    assert.deepEqual(sent, ["$T05#b9", "$T05#b9"]);
  });

  it("let the octet of an interrupt through between them, not inside them", () => {
    assert.deepEqual(receive("+\x03$X\x03#5b"), ["interrupt", { packet: "X\x03" }]);
  });
});
