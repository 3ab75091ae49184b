/** Where the answer of a discovery may lead a station. */
import assert from "node:assert/strict";
import { discoveryAnswer, parseDiscoveryAnswer } from "../../../hil/gateway/station/router-info.ts";

const EUI = "02000000FFFE0001";

function follow(asked: string, answered: string): string {
  return parseDiscoveryAnswer(Buffer.from(discoveryAnswer(EUI, answered)), new URL(asked)).href;
}

describe("a station that is told its server", () => {
  for (const [asked, answered] of [
    ["wss://lns.example:8887/router-info", "wss://eu1.lns.example:8887/traffic"],
    ["ws://127.0.0.1:8887/router-info", "ws://127.0.0.1:9000/traffic"],
    ["ws://127.0.0.1:8887/router-info", "wss://lns.example:8887/traffic"],
  ] as const) {
    it(`goes from ${asked} to ${answered}`, () => assert.equal(follow(asked, answered), answered));
  }

  for (const [asked, answered] of [
    ["wss://lns.example:8887/router-info", "ws://lns.example:8887/traffic"],
    ["ws://127.0.0.1:8887/router-info", "ws://127.0.0.2:8887/traffic"],
  ] as const) {
    it(`does not carry its token from ${asked} to ${answered}`, () =>
      assert.throws(() => follow(asked, answered), /uri.*in clear/));
  }
});
