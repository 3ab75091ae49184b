/** The page of a run in a real browser, as people read it: at a desk, on a telephone, with the keyboard alone. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { type JoinReport, openRig, type RunReport, reportPage, runJoin } from "../../hil/rig/index.ts";
import { openBrowser } from "../support/browser.ts";

const DESK = { width: 1100, height: 900 };
const TELEPHONE = { width: 390, height: 844 };
/** Contrast of text that WCAG 2.2 asks for (1.4.3, level AA). */
const LEAST_CONTRAST = 4.5;

/** What a run would leave whose join-request nobody heard, and whose Join Server was refused before. */
function refused(report: JoinReport): JoinReport {
  const reason = "refuses TLS server js.join-b.example: TLSA of _8003._tcp.js.join-b.example: no such name";
  const [check, ...checks] = report.checks;
  const [request, ...air] = report.air;
  return {
    ...report,
    verdict: "failed",
    reason: `Network Server: ${reason}`,
    checks: [...checks, { ...check, ok: false }],
    air: [{ ...request, arrivals: [] }, ...air],
    events: report.events.map((event) =>
      event.step === "peer-accepted" ? { ...event, step: "peer-refused", ok: false, text: reason } : event,
    ),
    trust: {
      ...report.trust,
      server: { ...report.trust.server, accepted: false, tlsa: null, proof: null, reason },
      client: { ...report.trust.client, accepted: null, name: null, proof: null },
    },
  };
}

/** What a spec leaves whose device was heard by another network's gateway alone, and who did not wait for its data. */
async function roamingRun(): Promise<RunReport> {
  const choice = { board: "pro-mini-rfm95", lorawan: "1.1", seed: 7 } as const;
  const rig = await openRig({ ...choice, roaming: { lifetime: "7 d" } });
  try {
    const device = await rig.device();
    rig.air.setPathLossDb(device.name, rig.gateway.eui, 250);
    device.powerOn();
    await device.joined();
    return {
      ...{
        scenario: "abroad.spec.ts",
        verdict: "failed",
        reason: "is heard: waited 1 s\nthe last on the air:",
      },
      ...{ ...choice, region: ["EU868"], wallMs: 1000 },
      checks: [{ name: "is heard", ok: false, detail: "waited 1 s" }],
      rigs: [rig.record()],
    };
  } finally {
    await rig.close();
  }
}

/** Relative luminance of a colour as the browser gives it (WCAG 2.2). */
function luminance(color: string): number {
  const [red, green, blue] = (color.match(/\d+/g) ?? []).map((part) => {
    const value = Number(part) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe("the page of a run, in Chromium", () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  async function open(name: string, viewport = DESK, colorScheme: "light" | "dark" = "light"): Promise<void> {
    page = await browser.newPage({ viewport, colorScheme });
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("requestfailed", (request) => complaints.push(request.url()));
    await page.goto(pathToFileURL(join(folder, name)).href);
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "joinery-page-"));
    browser = await openBrowser();
    const report = await runJoin({ board: "pro-mini-rfm95", lorawan: "1.1", seed: 7 });
    writeFileSync(join(folder, "passed.html"), reportPage(report));
    writeFileSync(join(folder, "failed.html"), reportPage(refused(report)));
    writeFileSync(join(folder, "several.html"), reportPage(report, await roamingRun()));
  });
  afterEach(async () => {
    await page.close();
    assert.deepEqual(complaints.splice(0), []);
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  for (const [name, viewport] of [
    ["a desk", DESK],
    ["a telephone", TELEPHONE],
  ] as const) {
    for (const outcome of ["passed", "failed"] as const) {
      it(`draws diagram and chart of a run that ${outcome}, as wide as ${name}`, async () => {
        await open(`${outcome}.html`, viewport);
        assert.equal(await page.locator("h1").textContent(), `Join of pro-mini-rfm95: ${outcome}`);
        const width = await page.evaluate<number>("document.documentElement.scrollWidth");
        assert.equal(width, viewport.width);
        const drawn = await page.locator("svg.sequence:visible, svg.air:visible").evaluateAll((drawings) =>
          drawings.map((drawing) => ({
            name: drawing.getAttribute("class"),
            width: drawing.getBoundingClientRect().width,
            // Nothing is drawn beyond the edges.
            overhang: Math.max(
              ...[...drawing.querySelectorAll("text, rect, line")].map(
                (part) => part.getBoundingClientRect().right - drawing.getBoundingClientRect().right,
              ),
            ),
          })),
        );
        assert.deepEqual(
          drawn.map(({ name }) => name),
          ["sequence", "air"],
        );
        for (const { width, overhang } of drawn)
          assert.ok(width >= 340 && overhang <= 1, `${width} ${overhang}`);
        const [sequence] = drawn;
        assert.ok(sequence.width <= viewport.width, "the diagram needs no scrolling");
        const messages = await page.locator("svg.sequence:visible .step line").count();
        assert.ok(messages >= 12, `${messages} messages`);
      });
    }
  }

  it("shows who refused, and why, where a run failed", async () => {
    await open("failed.html");
    const verdict = await page.locator(".verdict").textContent();
    assert.match(verdict ?? "", /✗ failed.*Network Server: refuses TLS server js\.join-b\.example: TLSA/);
    assert.ok((await page.locator("svg.sequence:visible .failed").count()) >= 3);
    assert.match((await page.locator("ul.checks li").first().textContent()) ?? "", /^✗/);
    assert.match(
      (await page.locator("svg.air:visible a").first().getAttribute("aria-label")) ?? "",
      /nobody$/,
    );
    assert.equal(await page.locator("svg.air:visible .lost").count(), 1);
  });

  it("leads by keyboard alone from the first link to the fields of a frame", async () => {
    await open("passed.html");
    const reached: string[] = [];
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate<string>(
        'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim()',
      );
      reached.push(focused);
      if (focused.startsWith("Frame 3,")) break;
    }
    assert.equal(reached[0], "Checks");
    assert.ok(reached.includes("Sequence diagram"), reached.join("; "));
    assert.match(
      reached.at(-1) ?? "",
      /^Frame 3, unconfirmed uplink, .* received by [0-9A-F]{16} at −86 dBm/,
    );
    const fields = page.locator("#frame-3 table");
    assert.equal(await fields.isVisible(), false);
    await page.keyboard.press("Enter");
    await fields.waitFor({ state: "visible" });
    assert.match((await fields.textContent()) ?? "", /FRMPayload.*decrypted 00 00 ff 00/);
    await page.locator("summary").nth(3).focus();
    await page.keyboard.press("Enter");
    await page.locator("#frame-4 table").waitFor({ state: "visible" });
  });

  for (const viewport of [DESK, TELEPHONE]) {
    it(`has a part for each of several runs, ${viewport.width} pixels wide: open where one has failed`, async () => {
      await open("several.html", viewport);
      assert.equal(await page.locator("h1").textContent(), "1 of 2 runs passed");
      const [join, abroad] = await page.locator("details.run").all();
      assert.equal(await join.getAttribute("open"), null);
      assert.match(
        (await abroad.locator("summary h2").textContent()) ?? "",
        /^✗ abroad\.spec\.ts pro-mini-rfm95/,
      );
      assert.match((await abroad.locator(".verdict").textContent()) ?? "", /failed.*is heard: waited 1 s$/);
      await join.locator("> summary").press("Enter");
      await join.locator("details.rig > summary").press("Enter");
      await abroad.locator("details.rig > summary").press("Enter");
      assert.equal(await page.locator("svg.sequence:visible").count(), 2);
      assert.equal(await page.evaluate<number>("document.documentElement.scrollWidth"), viewport.width);
      const lifelines = await abroad.locator("svg.sequence:visible text.party").allTextContents();
      assert.deepEqual(lifelines, ["Device", "GW C", "NS C", "Gateway", "NS", "JS", "AS"]);
      const steps = (await abroad.locator("svg.sequence:visible .step").allTextContents()).join("\n");
      assert.match(steps, /HomeNSReq.*HomeNSAns.*PRStartReq.*JoinReq.*JoinAns: Success/s);
      // A frame's box leads to its fields, in the part of its own run.
      await abroad.locator("svg.air:visible a").first().press("Enter");
      await abroad.locator("#run-2-rig-1-frame-1 table").waitFor({ state: "visible" });
    });
  }

  for (const scheme of ["light", "dark"] as const) {
    it(`has enough contrast in ${scheme}`, async () => {
      await open("failed.html", DESK, scheme);
      const color = (selector: string, property: string) =>
        page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}")).${property}`);
      const paper = luminance(await color("body", "backgroundColor"));
      for (const [selector, property] of [
        ["h1", "color"],
        [".soft", "color"],
        [".bad", "color"],
        ["nav a", "color"],
        [".failed text", "fill"],
        ["svg text.axis", "fill"],
      ]) {
        const ink = luminance(await color(selector, property));
        const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        assert.ok(contrast >= LEAST_CONTRAST, `${selector}: ${contrast.toFixed(2)}`);
      }
    });
  }

  it("prints with every frame opened", async () => {
    await open("passed.html");
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("#frame-1 table").isVisible());
    assert.equal(await page.locator("nav").isVisible(), false);
  });
});
