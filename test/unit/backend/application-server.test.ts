import assert from "node:assert/strict";
import { ApplicationServer } from "../../../hil/backend/application-server/index.ts";
import type { ServerEvent } from "../../../hil/backend/events.ts";
import { type ListeningServer, listenForMessages, type MessageHandler } from "../../../hil/backend/http.ts";
import {
  type AppSKeyReq,
  answerHeader,
  decodeMessage,
  wrapKeyEnvelope,
  type XmitDataReq,
} from "../../../hil/backend/interfaces/index.ts";
import { XmitDataLink } from "../../../hil/backend/xmit-data.ts";
import { loraPacket } from "../lorawan/judge.ts";
import { AS_NAME, Identities, NS_NAME } from "./support/identities.ts";
import { AS_ID, AS_KEK, NET_ID } from "./support/network.ts";

const DEV_EUI = "70B3D57ED0000001";
const JOIN_EUI = "00005E100000002F";
const DEV_ADDR = "26000001";
const SESSION_KEY_ID = "0A0B0C0D";
const APP_S_KEY = Buffer.from("2b7e151628aed2a6abf7158809cf4f3c", "hex");
const OTHER_KEY = Buffer.alloc(16, 0x5a);

/** FRMPayload as lora-packet encrypts and decrypts it. */
function crypt(direction: "up" | "down", fCnt: number, payload: Uint8Array, key: Buffer = APP_S_KEY): Buffer {
  const packet = loraPacket.fromFields({
    MType: direction === "up" ? "Unconfirmed Data Up" : "Unconfirmed Data Down",
    DevAddr: Buffer.from(DEV_ADDR, "hex"),
    FCnt: fCnt,
    FPort: 1,
    payload: Buffer.from(payload),
  });
  return loraPacket.decrypt(packet, key);
}

describe("Application Server", () => {
  let identities: Identities;
  let server: ApplicationServer;
  let networkServer: XmitDataLink;
  let stranger: XmitDataLink;
  let events: ServerEvent[];
  /** Downlinks as the Network Server got them. */
  let received: XmitDataReq[];
  /** What the Network Server answers; default Success. */
  let networkAnswers: { ResultCode: string }[];
  let joinServerAnswer: (request: AppSKeyReq) => object | Promise<object>;
  let appSKeyRequests: AppSKeyReq[];
  let listening: ListeningServer[];
  const networkPeer = { url: "" };

  before(async () => {
    identities = await Identities.create();
  });

  beforeEach(async () => {
    events = [];
    received = [];
    networkAnswers = [];
    appSKeyRequests = [];
    listening = [];
    joinServerAnswer = (request) => ({
      ...answerHeader(request),
      Result: { ResultCode: "Success" },
      DevEUI: request.DevEUI,
      AppSKey: wrapKeyEnvelope(APP_S_KEY, AS_KEK),
      SessionKeyID: request.SessionKeyID,
    });
    const listen = async (handle: MessageHandler): Promise<ListeningServer> => {
      const started = await listenForMessages(identities.listenOptions(), handle, (error) =>
        assert.fail(String(error)),
      );
      listening.push(started);
      return started;
    };
    const joinServer = await listen(async (value) => {
      const request = decodeMessage(value) as AppSKeyReq;
      appSKeyRequests.push(request);
      return joinServerAnswer(request);
    });
    const network = await listen(async (value) => {
      const request = decodeMessage(value) as XmitDataReq;
      received.push(request);
      return { ...answerHeader(request), Result: networkAnswers.shift() ?? { ResultCode: "Success" } };
    });
    networkPeer.url = `https://localhost:${network.port}/`;
    const agent = await identities.agent(AS_NAME);
    server = new ApplicationServer({
      asId: AS_ID,
      networkServer: Object.assign(networkPeer, {
        id: NET_ID,
        agent,
        clientName: NS_NAME,
        timeoutMs: 2000,
      }),
      joinServer: {
        discover: async () => ({ target: "localhost", port: joinServer.port, path: "/" }),
        agent,
        timeoutMs: 2000,
      },
      keks: [AS_KEK],
      random: () => 0.75,
      onEvent: (event) => events.push(event),
    });
    server.registerDevice({ devEui: DEV_EUI, joinEui: JOIN_EUI });
    const own = await server.listen(identities.listenOptions());
    listening.push(own);
    const url = `https://localhost:${own.port}/`;
    const peer = { id: AS_ID, url, clientName: AS_NAME, timeoutMs: 2000 };
    networkServer = new XmitDataLink(NET_ID, { ...peer, agent: await identities.agent(NS_NAME) }, () => 0.5);
    stranger = new XmitDataLink(
      NET_ID,
      { ...peer, agent: await identities.agent("_ns-client.other.example") },
      () => 0.5,
    );
  });

  afterEach(async () => {
    for (const started of listening) await started.close();
    identities.closeAgents();
  });

  interface Sent {
    fCnt: number;
    payload?: string;
    fPort?: number;
    fCntDown?: number;
    devAddr?: string;
    envelope?: "none" | "wrapped" | "other-kek" | "clear";
    sessionKeyId?: string;
    key?: Buffer;
  }
  function message(sent: Sent) {
    const { fCnt, payload = "c0ffee", fPort = 2, envelope = "wrapped", key = APP_S_KEY } = sent;
    const envelopes = {
      none: undefined,
      wrapped: wrapKeyEnvelope(key, AS_KEK),
      "other-kek": wrapKeyEnvelope(key, { label: "other-kek", key: Buffer.alloc(16, 9) }),
      clear: wrapKeyEnvelope(key),
    };
    const sessionKeyId = "sessionKeyId" in sent ? sent.sessionKeyId : SESSION_KEY_ID;
    return {
      frmPayload: crypt("up", fCnt, Buffer.from(payload, "hex"), key),
      ULMetaData: {
        DevEUI: DEV_EUI,
        DevAddr: sent.devAddr ?? DEV_ADDR,
        FPort: fPort,
        FCntUp: fCnt,
        FCntDown: sent.fCntDown ?? 0,
        RecvTime: "2026-01-01T00:00:00.000Z",
      },
      AppSKey: envelopes[envelope],
      SessionKeyID: sessionKeyId,
    };
  }
  const send = (sent: Sent): Promise<void> => networkServer.send(message(sent));
  const payloads = () =>
    server.uplinks.map(({ fCnt, payload }) => `${fCnt}:${Buffer.from(payload).toString("hex")}`);
  const event = (step: string): ServerEvent => {
    const found = events.findLast((candidate) => candidate.step === step);
    assert.ok(found, `no "${step}", but ${events.map((candidate) => candidate.step).join(", ")}`);
    return found;
  };
  const queue = (payload: number, fPort = 7) =>
    server.queueDownlink(DEV_EUI, { fPort, payload: Buffer.of(payload) });
  /** Downlinks as a device would read them. */
  const downlinks = () =>
    received.map(({ FRMPayload = "", DLMetaData: { FCntDown = -1, FPort } = {}, SessionKeyID }) => [
      FCntDown,
      FPort,
      crypt("down", FCntDown, Buffer.from(FRMPayload, "hex")).toString("hex"),
      SessionKeyID,
    ]);

  describe("AppSKey", () => {
    it("opens the envelope that came through the Network Server", async () => {
      await send({ fCnt: 0 });
      assert.deepEqual(payloads(), ["0:c0ffee"]);
      assert.equal(event("app-s-key-received").detail.from, "envelope");
      assert.equal(appSKeyRequests.length, 0);
    });

    it("takes a key in clear inside TLS", async () => {
      await send({ fCnt: 0, envelope: "clear" });
      assert.deepEqual(payloads(), ["0:c0ffee"]);
    });

    for (const envelope of ["none", "other-kek"] as const)
      it(`asks the Join Server when the envelope is ${envelope}`, async () => {
        await send({ fCnt: 0, envelope });
        assert.deepEqual(payloads(), ["0:c0ffee"]);
        assert.equal(event("app-s-key-received").detail.from, "join-server");
        const { TransactionID: _transactionId, ...request } = appSKeyRequests[0];
        assert.deepEqual(request, {
          MessageType: "AppSKeyReq",
          ProtocolVersion: "1.0",
          SenderID: AS_ID,
          ReceiverID: JOIN_EUI,
          DevEUI: DEV_EUI,
          SessionKeyID: SESSION_KEY_ID,
        });
      });

    it("keeps uplinks until the key comes, and decrypts them in order", async () => {
      const answer = joinServerAnswer;
      joinServerAnswer = async (request) => ({
        ...(await answer(request)),
        Result: { ResultCode: "Other", Description: "not now" },
        AppSKey: undefined,
      });
      await send({ fCnt: 0, payload: "00", envelope: "none" });
      await send({ fCnt: 1, payload: "01", envelope: "none" });
      assert.deepEqual(payloads(), []);
      assert.match(event("app-s-key-refused").reason ?? "", /AppSKeyAns: Other \(not now\)/);
      await send({ fCnt: 2, payload: "02", envelope: "none" });
      assert.equal(appSKeyRequests.length, 3);
      joinServerAnswer = answer;
      await server.requestAppSKey(DEV_EUI);
      assert.deepEqual(payloads(), ["0:00", "1:01", "2:02"]);
    });

    it("confirms by AppSKeyReq the key that came in the envelope", async () => {
      await send({ fCnt: 0 });
      await server.requestAppSKey(DEV_EUI);
      assert.equal(event("app-s-key-received").detail.from, "join-server");
    });

    for (const [what, tamper, reason] of [
      [
        "another key than the envelope's",
        (a: object) => ({ ...a, AppSKey: wrapKeyEnvelope(OTHER_KEY, AS_KEK) }),
        /differs from the one that came in the envelope/,
      ],
      ["another DevEUI", (a: object) => ({ ...a, DevEUI: "00".repeat(8) }), /another device or session/],
      ["another SessionKeyID", (a: object) => ({ ...a, SessionKeyID: "FF" }), /another device or session/],
      ["another TransactionID", (a: object) => ({ ...a, TransactionID: 1 }), /TransactionID/],
      [
        "a key that does not unwrap",
        (a: object) => ({ ...a, AppSKey: { KEKLabel: AS_KEK.label, AESKey: "00".repeat(24) } }),
        /as-kek/,
      ],
    ] as const)
      it(`refuses ${what} from the Join Server`, async () => {
        await send({ fCnt: 0 });
        const answer = joinServerAnswer;
        joinServerAnswer = async (request) => tamper(await answer(request));
        await assert.rejects(server.requestAppSKey(DEV_EUI), reason);
        assert.match(event("app-s-key-refused").reason ?? "", reason);
        await send({ fCnt: 1 });
        assert.deepEqual(payloads(), ["0:c0ffee", "1:c0ffee"]);
      });

    it("says that there is nothing to ask for", async () => {
      await assert.rejects(server.requestAppSKey(DEV_EUI), /no session here yet/);
      await assert.rejects(server.requestAppSKey("00".repeat(8)), /is not registered/);
      await send({ fCnt: 0, sessionKeyId: undefined });
      await assert.rejects(server.requestAppSKey(DEV_EUI), /gave no SessionKeyID/);
    });
  });

  describe("uplinks", () => {
    it("takes each counter value once, and only forward", async () => {
      await send({ fCnt: 4, payload: "04" });
      await send({ fCnt: 9, payload: "09" });
      await send({ fCnt: 9, payload: "09" });
      assert.equal(event("uplink-repeated").detail.fCnt, 9);
      await assert.rejects(send({ fCnt: 8, payload: "08" }), /XmitFailed \(FCntUp 8 after 9: out of order\)/);
      assert.deepEqual(payloads(), ["4:04", "9:09"]);
    });

    it("starts again with a new session, told by SessionKeyID or by the envelope", async () => {
      await send({ fCnt: 5, payload: "05" });
      await send({ fCnt: 0, payload: "00", sessionKeyId: "FE", key: OTHER_KEY });
      await send({ fCnt: 0, payload: "10", sessionKeyId: undefined });
      await send({ fCnt: 0, payload: "20", sessionKeyId: undefined, key: OTHER_KEY });
      assert.deepEqual(payloads(), ["5:05", "0:00", "0:10", "0:20"]);
    });

    it("takes a frame only when the one before it is done with", async () => {
      let answerNow = (): void => {};
      const asked = new Promise<void>((resolveAsked) => {
        const answer = joinServerAnswer;
        joinServerAnswer = async (request) => {
          resolveAsked();
          await new Promise<void>((resolve) => {
            answerNow = resolve;
          });
          return answer(request);
        };
      });
      const first = send({ fCnt: 0, payload: "00", envelope: "none" });
      await asked;
      const second = send({ fCnt: 1, payload: "01", envelope: "wrapped" });
      answerNow();
      await Promise.all([first, second]);
      assert.deepEqual(payloads(), ["0:00", "1:01"]);
      assert.equal(appSKeyRequests.length, 1);
    });

    it("refuses a peer that is not the Network Server", async () => {
      await assert.rejects(
        stranger.send(message({ fCnt: 0 })),
        /UnknownSender \(TLS proved _ns-client.other.example, expected _ns-client.ns.net-a.example\)/,
      );
      assert.equal(event("uplink-refused").detail.peerName, "_ns-client.other.example");
      assert.deepEqual(payloads(), []);
    });

    it("refuses another device, and messages without what an uplink needs", async () => {
      const good = message({ fCnt: 0 });
      const without = (member: "DevEUI" | "DevAddr" | "FCntUp") => ({
        ...good,
        ULMetaData: { ...good.ULMetaData, [member]: undefined },
      });
      const foreign = { ...good, ULMetaData: { ...good.ULMetaData, DevEUI: "FF".repeat(8) } };
      await assert.rejects(networkServer.send(foreign), /UnknownDevEUI/);
      for (const member of ["DevEUI", "DevAddr", "FCntUp"] as const)
        await assert.rejects(networkServer.send(without(member)), /MalformedRequest/);
      const downlink = { frmPayload: Buffer.of(1), DLMetaData: { DevEUI: DEV_EUI, FPort: 1 } };
      await assert.rejects(networkServer.send(downlink), /MalformedRequest/);
    });

    it("never shows a key", async () => {
      await send({ fCnt: 0 });
      await server.requestAppSKey(DEV_EUI);
      assert.equal(JSON.stringify(events).toLowerCase().includes(APP_S_KEY.toString("hex")), false);
    });
  });

  describe("downlinks", () => {
    it("waits for the session, then encrypts by its counter", async () => {
      assert.equal(await queue(0xa1), "waiting");
      assert.deepEqual(received, []);
      await send({ fCnt: 0, fCntDown: 3 });
      assert.equal(await queue(0xa2), "queued");
      assert.deepEqual(downlinks(), [
        [3, 7, "a1", SESSION_KEY_ID],
        [4, 7, "a2", SESSION_KEY_ID],
      ]);
      assert.deepEqual(
        server.downlinks.map(({ fCnt }) => fCnt),
        [3, 4],
      );
    });

    it("encrypts again by the right counter when the Network Server has used the value", async () => {
      await send({ fCnt: 0, fCntDown: 0 });
      networkAnswers.push({ ResultCode: "XmitFailed" });
      assert.equal(await queue(0xb1), "waiting");
      await send({ fCnt: 1, fCntDown: 5 });
      assert.deepEqual(downlinks().at(-1), [5, 7, "b1", SESSION_KEY_ID]);
      assert.equal(server.downlinks.length, 1);
    });

    it("keeps a downlink while the Network Server is down", async () => {
      await send({ fCnt: 0 });
      const { url } = networkPeer;
      networkPeer.url = "https://localhost:1/";
      assert.equal(await queue(0xc1), "waiting");
      assert.match(event("downlink-waits").reason ?? "", /Network Server: .*connection failed/);
      networkPeer.url = url;
      await send({ fCnt: 1 });
      assert.deepEqual(downlinks(), [[0, 7, "c1", SESSION_KEY_ID]]);
    });

    it("loses a downlink that the Network Server never takes, and tells", async () => {
      await send({ fCnt: 0 });
      networkAnswers.push({ ResultCode: "InvalidFPort" });
      assert.equal(await queue(0xd1), "lost");
      assert.match(event("downlink-lost").reason ?? "", /InvalidFPort/);
      assert.equal(await queue(0xd2), "queued");
      assert.deepEqual(downlinks().at(-1), [0, 7, "d2", SESSION_KEY_ID]);
    });

    for (const fPort of [0, 225, 1.5])
      it(`refuses FPort ${fPort}`, async () => {
        await assert.rejects(queue(1, fPort), RangeError);
      });

    it("refuses more octets than any frame holds, and unknown devices", async () => {
      const payload = new Uint8Array(243);
      await assert.rejects(server.queueDownlink(DEV_EUI, { fPort: 1, payload }), /at most 242/);
      await assert.rejects(server.queueDownlink("FF".repeat(8), { fPort: 1, payload }), /is not registered/);
    });
  });
});
