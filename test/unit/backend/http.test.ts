import assert from "node:assert/strict";
import type { IncomingMessage, RequestListener } from "node:http";
import { Agent, createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import {
  ExchangeError,
  type ExchangeFailure,
  type ListeningServer,
  listenForMessages,
  type PeerListener,
  postMessage,
} from "../../../hil/backend/http.ts";
import type { HomeNSReq } from "../../../hil/backend/interfaces/index.ts";
import { type Authority, type Credentials, createAuthority } from "../../../hil/trust/pki/index.ts";

const question: HomeNSReq = {
  ProtocolVersion: "1.0",
  SenderID: "000013",
  ReceiverID: "00005E100000002F",
  TransactionID: 42,
  MessageType: "HomeNSReq",
  DevEUI: "0011223344556677",
};
const answer = {
  ProtocolVersion: "1.0",
  SenderID: "00005E100000002F",
  ReceiverID: "000013",
  TransactionID: 42,
  MessageType: "HomeNSAns",
  Result: { ResultCode: "Success" },
  HNetID: "000013",
};
const refusal = { ...answer, Result: { ResultCode: "UnknownDevEUI" }, HNetID: undefined };

describe("backend HTTPS", () => {
  let credentials: Credentials;
  let agent: Agent;
  let stranger: Agent;
  const closing: (() => Promise<unknown>)[] = [];

  before(async () => {
    const validity = { notBefore: new Date(Date.now() - 60_000), days: 1 };
    const authority: Authority = await createAuthority({ organisation: "Test", ...validity });
    const other: Authority = await createAuthority({ organisation: "Other", ...validity });
    const leaf = { commonName: "js", dnsNames: ["js.example"], profile: "server" } as const;
    credentials = await authority.issue(leaf);
    agent = new Agent({ ca: credentials.rootPem, servername: "js.example" });
    stranger = new Agent({ ca: (await other.issue(leaf)).rootPem, servername: "js.example" });
  });

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  after(() => {
    agent.destroy();
    stranger.destroy();
  });

  const tls = () => ({ key: credentials.privateKeyPem, cert: credentials.chainPem });

  /** A foreign server that answers as it likes. */
  async function foreignServer(listener: RequestListener): Promise<string> {
    const server: Server = createServer(tls(), listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(
      () =>
        new Promise((resolve) => {
          server.close(resolve);
          server.closeAllConnections();
        }),
    );
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  async function failureOf(url: string, by = agent, timeoutMs = 2000): Promise<ExchangeError> {
    try {
      await postMessage(by, url, question, { timeoutMs });
    } catch (error) {
      assert.ok(error instanceof ExchangeError, String(error));
      return error;
    }
    return assert.fail("there was an answer");
  }

  describe("client", () => {
    it("posts the message as JSON and returns the answer", async () => {
      let seen: { head?: IncomingMessage; body?: string } = {};
      const url = await foreignServer((head, response) => {
        head.setEncoding("utf8").once("data", (body) => {
          seen = { head, body };
          response.end(JSON.stringify(answer));
        });
      });
      const received = await postMessage(agent, `${url}any/path`, question, { timeoutMs: 2000 });
      assert.deepEqual(received, answer);
      assert.equal(seen.head?.method, "POST");
      assert.equal(seen.head?.url, "/any/path");
      assert.equal(seen.head?.headers["content-type"], "application/json");
      assert.deepEqual(JSON.parse(seen.body ?? ""), question);
    });

    for (const status of [200, 400, 500])
      it(`takes a refusal that comes with status ${status} as the answer`, async () => {
        const url = await foreignServer((_, response) => {
          response.writeHead(status).end(JSON.stringify(refusal));
        });
        const received = await postMessage(agent, url, question, { timeoutMs: 2000 });
        assert.equal(received.Result.ResultCode, "UnknownDevEUI");
      });

    const wrong: [what: string, status: number, body: string, failure: ExchangeFailure, reason: RegExp][] = [
      ["status 404 with a page", 404, "<html>", "http-status", /HTTP status 404/],
      ["status 500 with other JSON", 500, "{}", "http-status", /HTTP status 500.*MessageType/],
      ["a page with status 200", 200, "<html>", "no-json", /not JSON/],
      ["JSON that is no message", 200, "{}", "no-answer", /MessageType: found no text/],
      [
        "the answer to another request",
        200,
        JSON.stringify({ ...answer, TransactionID: 1 }),
        "no-answer",
        /TransactionID: found 1, expected 42/,
      ],
      ["an endless answer", 200, " ".repeat(40_000), "no-answer", /longer than 32768 octets/],
    ];
    for (const [what, status, body, failure, reason] of wrong)
      it(`tells of ${what}`, async () => {
        const url = await foreignServer((_, response) => {
          response.writeHead(status).end(body);
        });
        const error = await failureOf(url);
        assert.equal(error.failure, failure);
        assert.match(error.message, reason);
      });

    it("tells of a server that does not answer in time", async () => {
      const url = await foreignServer(() => {});
      const error = await failureOf(url, agent, 80);
      assert.equal(error.failure, "timeout");
      assert.match(error.message, /no answer within 80 ms/);
    });

    it("tells of an answer that begins in time and does not end", async () => {
      const url = await foreignServer((_, response) => {
        response.write("{");
      });
      assert.equal((await failureOf(url, agent, 80)).failure, "timeout");
    });

    it("tells of a server that breaks off", async () => {
      const url = await foreignServer((head) => {
        head.socket.destroy();
      });
      assert.equal((await failureOf(url)).failure, "connection");
    });

    it("tells of a server that is down, with the address", async () => {
      const url = await foreignServer(() => {});
      for (const close of closing.splice(0)) await close();
      const error = await failureOf(url);
      assert.equal(error.failure, "connection");
      assert.match(error.message, /ECONNREFUSED/);
    });

    it("keeps the reason why the agent did not trust the server", async () => {
      const url = await foreignServer(() => {});
      const error = await failureOf(url, stranger);
      assert.equal(error.failure, "connection");
      assert.ok(error.cause instanceof Error);
      assert.ok(error.message.includes(error.cause.message));
    });
  });

  describe("server", () => {
    let faults: unknown[] = [];
    let handled: { message: unknown; peer: string }[] = [];
    let server: ListeningServer;

    beforeEach(async () => {
      faults = [];
      handled = [];
      const asClient =
        (listener: PeerListener): RequestListener =>
        (request, response) =>
          listener(request, response, { name: "_ns-client.ns.net-a.example" });
      server = await listenForMessages(
        { createServer: (listener) => createServer(tls(), asClient(listener)) },
        async (message, peer) => {
          handled.push({ message, peer: peer.name });
          if (message === "hang") return new Promise(() => {});
          if (message === "fault") throw new Error("database on fire");
          return answer;
        },
        (error) => faults.push(error),
      );
      closing.push(() => server.close());
    });

    interface Reply {
      status: number;
      body: string;
      headers: NodeJS.Dict<string | string[]>;
    }

    function send(
      options: { method?: string; headers?: Record<string, string> },
      body: string,
    ): Promise<Reply> {
      return new Promise((resolve, reject) => {
        const call = request(
          `https://127.0.0.1:${server.port}/`,
          { agent, method: "POST", headers: { "Content-Type": "application/json" }, ...options },
          (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (chunk) => {
              text += chunk;
            });
            response.on("end", () =>
              resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
            );
          },
        );
        call.on("error", reject);
        call.end(body);
      });
    }

    it("hands over the message and the proven name, and answers with status 200", async () => {
      const url = `https://127.0.0.1:${server.port}/`;
      assert.deepEqual(await postMessage(agent, url, question, { timeoutMs: 2000 }), answer);
      assert.deepEqual(handled, [{ message: question, peer: "_ns-client.ns.net-a.example" }]);
    });

    it("takes a Content-Type with parameters, in any case", async () => {
      const headers = { "Content-Type": "Application/JSON; charset=utf-8" };
      assert.equal((await send({ headers }, "{}")).status, 200);
    });

    it("takes a body of exactly 32 KiB", async () => {
      const body = JSON.stringify("x".repeat(32 * 1024 - 2));
      assert.equal((await send({}, body)).status, 200);
    });

    const refused: [
      what: string,
      options: { method?: string; headers?: Record<string, string> },
      body: string,
      status: number,
    ][] = [
      ["another method", { method: "PUT" }, "{}", 405],
      ["another media type", { headers: { "Content-Type": "text/plain" } }, "{}", 415],
      ["a body longer than 32 KiB", {}, " ".repeat(32 * 1024 + 1), 413],
      [
        "a body longer than 32 KiB without Content-Length",
        { headers: { "Content-Type": "application/json", "Transfer-Encoding": "chunked" } },
        " ".repeat(32 * 1024 + 1),
        413,
      ],
      ["a body that is not JSON", {}, "{", 400],
      ["an empty body", {}, "", 400],
    ];
    for (const [what, options, body, status] of refused)
      it(`refuses ${what} with status ${status}, unheard by the handler`, async () => {
        const reply = await send(options, body);
        assert.equal(reply.status, status);
        assert.equal(JSON.parse(reply.body).Result.ResultCode, "MalformedRequest");
        assert.equal(reply.headers.allow, status === 405 ? "POST" : undefined);
        assert.deepEqual(handled, []);
        assert.deepEqual(faults, []);
      });

    it("answers status 500 when the handler fails, and tells the cause to its owner only", async () => {
      const reply = await send({}, '"fault"');
      assert.equal(reply.status, 500);
      assert.equal(JSON.parse(reply.body).Result.ResultCode, "Other");
      assert.doesNotMatch(reply.body, /fire/);
      assert.match(String(faults[0]), /database on fire/);
    });

    it("takes no fault from a client that breaks off in the middle of its body", async () => {
      await assert.rejects(
        new Promise((_, reject) => {
          const call = request(`https://127.0.0.1:${server.port}/`, {
            agent,
            method: "POST",
            headers: { "Content-Type": "application/json", "Content-Length": "100" },
          });
          call.on("error", reject);
          call.write('{"a":', () => call.destroy(new Error("gone")));
        }),
        /gone/,
      );
      assert.equal((await send({}, "{}")).status, 200);
      assert.deepEqual(faults, []);
    });

    it("is gone after close, open connections included", async () => {
      await send({}, "{}");
      await server.close();
      assert.equal((await failureOf(`https://127.0.0.1:${server.port}/`)).failure, "connection");
    });

    it("closes without waiting for a handler that hangs", async () => {
      const hanging = assert.rejects(send({}, '"hang"'), /socket hang up/);
      while (handled.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      await server.close();
      await hanging;
    });

    it("tells of an address that is taken", async () => {
      await assert.rejects(
        listenForMessages(
          { createServer: () => createServer(tls()), port: server.port },
          async () => answer,
          () => {},
        ),
        /EADDRINUSE/,
      );
    });
  });
});
