/** The compiler in a thread of its own: requests go there, findings come back, in time or later. */
"use strict";
const { join } = require("node:path");
const { MessageChannel, receiveMessageOnPort, Worker } = require("node:worker_threads");

/** After so many breakdowns of the thread nothing more is asked of it. */
const MOST_FAILURES = 3;

class Workbench {
  #log;
  #worker;
  #port;
  /** Counts the replies; what a request waits for. */
  #replies;
  #failures = 0;
  /** The request that the thread is busy with. */
  #current;
  /** The newest request of each other file. */
  #waiting = new Map();

  constructor(log) {
    this.#log = log;
  }

  /**
   * The reply to a request, `{ findings }` or `{ error }`, where it comes within `waitMs`; otherwise undefined, and
   * `late` is given it when it comes. Throws where the thread has ended too often.
   */
  ask(request, waitMs, late) {
    if (this.#failures >= MOST_FAILURES) throw new Error("the compiler's thread has ended too often");
    if (this.#worker === undefined) this.#start();
    const { file, key } = request;
    const known = this.#current?.request.file === file ? this.#current : this.#waiting.get(file);
    const asked = known?.request.key === key ? known : { request, late };
    if (asked !== known) {
      this.#waiting.set(file, asked);
      this.#next();
    }
    const deadline = performance.now() + waitMs;
    for (let left = waitMs; left > 0 && !asked.reply; left = deadline - performance.now()) {
      const seen = Atomics.load(this.#replies, 0);
      if (!this.#receive()) Atomics.wait(this.#replies, 0, seen, left);
    }
    this.#receive();
    if (asked.reply) asked.taken = true;
    return asked.reply;
  }

  #start() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#replies = new Int32Array(new SharedArrayBuffer(4));
    this.#worker = new Worker(join(__dirname, "worker.mjs"), {
      workerData: { port: port2, replies: this.#replies },
      transferList: [port2],
    });
    this.#worker.on("error", (error) => this.#log(error.stack ?? String(error)));
    this.#worker.on("exit", () => {
      this.#failures++;
      this.#worker = undefined;
      this.#current = undefined;
      this.#waiting.clear();
    });
    port1.on("message", (reply) => this.#take(reply));
    // The editor's end is the server's end, whatever is still being compiled.
    this.#worker.unref();
    port1.unref();
  }

  /** Gives the thread its next request where it has none. */
  #next() {
    if (this.#current !== undefined) return;
    const [next] = this.#waiting;
    if (next === undefined) return;
    const [file, asked] = next;
    this.#waiting.delete(file);
    this.#current = asked;
    this.#port.postMessage(asked.request);
  }

  /** Takes a reply that is there already. */
  #receive() {
    const received = receiveMessageOnPort(this.#port);
    if (received) this.#take(received.message);
    return received !== undefined;
  }

  #take(reply) {
    const asked = this.#current;
    this.#current = undefined;
    asked.reply = reply;
    if (reply.error) this.#log(reply.error);
    if (reply.ms !== undefined) this.#log(`compiled for ${asked.request.file} in ${reply.ms} ms`);
    this.#next();
    // Whoever still waits takes it himself; what he leaves is late.
    setImmediate(() => {
      if (!asked.taken) asked.late(reply);
    });
  }
}

module.exports = { Workbench };
