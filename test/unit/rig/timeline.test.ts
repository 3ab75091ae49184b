/** In which order a timeline stands. */
import assert from "node:assert/strict";
import { type Handshake, Timeline } from "../../../hil/rig/timeline.ts";

describe("a timeline", () => {
  const client: Handshake = { judge: "client", client: "network-server", server: "join-server" };
  const server: Handshake = { ...client, judge: "server" };

  const told = (...entries: readonly (readonly [string, Handshake?])[]) => {
    const timeline = new Timeline();
    for (const [text, handshake] of entries) timeline.add("rig", text, undefined, undefined, handshake);
    return timeline.entries.map(({ text }) => text).join(" ");
  };

  it("stands in the order in which it came", () => {
    assert.equal(told(["one"], ["two"], ["three"]), "one two three");
  });

  it("has the verdicts of both ends of a connection together, the client's first, whichever came first", () => {
    assert.equal(told(["before"], ["client", client], ["server", server]), "before client server");
    assert.equal(told(["before"], ["server", server], ["client", client]), "before client server");
    assert.equal(told(["client", client], ["behind"], ["server", server]), "client server behind");
  });

  it("has the verdict about a client that did not say who it is beside that client's", () => {
    const unnamed: Handshake = { ...server, client: undefined };
    assert.equal(told(["client", client], ["behind"], ["server", unnamed]), "client server behind");
  });

  it("pairs each verdict once, and none of other ends", () => {
    const other: Handshake = { ...server, client: "application-server" };
    assert.equal(
      told(["c1", client], ["c2", client], ["s1", server], ["other", other], ["s2", server]),
      "c1 s1 c2 s2 other",
    );
  });

  it("does not move what comes at another instant", () => {
    let nowNs = 0;
    const timeline = new Timeline();
    timeline.startVirtualTime(() => nowNs);
    timeline.add("network-server", "client", true, "peer-accepted", client);
    timeline.add("rig", "behind");
    nowNs = 1;
    timeline.add("join-server", "server", true, "peer-accepted", server);
    assert.deepEqual(
      timeline.entries.map(({ text }) => text),
      ["client", "behind", "server"],
    );
  });
});
