/** `joinery hil ui` in a real browser. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { createInterface } from "node:readline";
import type { Browser } from "playwright-core";
import { openBrowser } from "../support/browser.ts";
import { joineryArguments } from "./support/joinery.ts";

describe("the live page of a run, in Chromium", () => {
  let browser: Browser;
  let command: ChildProcess;
  let url: string;

  before(async () => {
    browser = await openBrowser();
    command = spawn(process.execPath, joineryArguments("hil", "ui", "--port", "0"), {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface(command.stdout!), "line");
    url = /^(http:\/\/127\.0\.0\.1:\d+\/) /.exec(line)?.[1] ?? "";
  });
  after(async () => {
    command.kill("SIGKILL");
    await browser.close();
  });

  function statusOf(
    path: string,
    headers: Record<string, string>,
    method = "GET",
  ): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, url), { method, headers }, (response) => {
        response.destroy();
        resolve(response.statusCode);
      });
      asked.on("error", reject);
      asked.end();
    });
  }

  it("answers nobody who comes by another name, and nothing but its page", async () => {
    assert.equal(await statusOf("/", { host: "attacker.example" }), 403);
    assert.equal(await statusOf("/", {}, "POST"), 403);
    assert.equal(await statusOf("/etc/passwd", {}), 404);
    assert.equal(await statusOf("/", {}), 200);
  });

  it("begins the run when it is opened, shows it to its end, and leaves open what was opened", async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(url);
    const heading = page.locator("h1");
    assert.match((await heading.textContent()) ?? "", /Waiting|running|passed/);
    await page.locator("h1", { hasText: "Join of pro-mini-rfm95: passed" }).waitFor({ timeout: 120_000 });
    assert.equal(await page.title(), "Join of pro-mini-rfm95: passed");
    assert.equal(await page.locator("svg.air:visible a").count(), 6);
    assert.equal(await page.evaluate<number>("document.documentElement.scrollWidth"), 390);
    assert.deepEqual(complaints, []);

    // Who comes late sees the end.
    const late = await browser.newPage();
    await late.goto(url);
    assert.equal(await late.locator("h1").textContent(), "Join of pro-mini-rfm95: passed");
  });

  it("ends when it is interrupted, with the exit code of the run", async () => {
    command.kill("SIGINT");
    const [status] = await once(command, "exit");
    assert.equal(status, 0);
  });
});
