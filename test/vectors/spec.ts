/** The vectors of test/data/vectors.json that concern the device, put to a subject. */
import assert from "node:assert/strict";
import { specifyCrypto } from "./crypto-spec.ts";
import { specifyDataFrames } from "./data-spec.ts";
import { specifyJoins } from "./join-spec.ts";
import { specifyPackages } from "./package-spec.ts";
import type { Subject } from "./subject.ts";
import { unasked } from "./vectors.ts";

/** Groups that the firmware has nothing for, and why. */
const NOT_OF_THE_DEVICE: Readonly<Record<string, string>> = {
  keyWrap: "servers wrap keys for each other (TS002, RFC 3394)",
  keyWrapNegative: "servers wrap keys for each other (TS002, RFC 3394)",
  relayKeys: "the device is no relay, and no device under one (TS011)",
  dnsNames: "servers look a JoinEUI up in the DNS",
  tr005: "QR codes are read and written where devices are provisioned",
  tr005Negative: "QR codes are read and written where devices are provisioned",
};

/** Declares the tests. `subject` is called when they run; it has the parity lines of one version of TS004. */
export function specifyVectors(subject: () => Subject, fragmentation: 1 | 2 = 2): void {
  specifyCrypto(subject);
  specifyJoins(subject);
  specifyDataFrames(subject);
  specifyPackages(subject, fragmentation);

  describe("all of them", () => {
    it("have been put to it, but for groups with a reason", function () {
      let areAllRun = true;
      this.test!.parent!.parent!.eachTest((test) => {
        areAllRun &&= test === this.test || test.state !== undefined;
      });
      // A choice of tests (mocha --grep) asks for what it likes.
      if (!areAllRun) this.skip();
      assert.deepEqual(unasked(), Object.keys(NOT_OF_THE_DEVICE));
    });
  });
}
