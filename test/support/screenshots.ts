/** Takes the pictures of the report's page that the README shows: `node --import tsx test/support/screenshots.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportPage, runJoin } from "../../hil/rig/index.ts";
import { openBrowser } from "./browser.ts";

const FOLDER = join(import.meta.dirname, "../../docs/images");
const RUN = { board: "pro-mini-rfm95", lorawan: "1.1", seed: 1 } as const;

mkdirSync(FOLDER, { recursive: true });
const browser = await openBrowser();
try {
  const desk = await browser.newPage({ viewport: { width: 880, height: 900 } });
  await desk.setContent(reportPage(await runJoin(RUN)));
  const y = (await desk.locator("#sequence").boundingBox())!.y;
  const air = (await desk.locator("section:has(> #air)").boundingBox())!;
  const clip = { x: 0, y, width: 880, height: air.y + air.height - y };
  writeFileSync(join(FOLDER, "report-desk.png"), await desk.screenshot({ fullPage: true, clip }));
  const telephone = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  await telephone.setContent(reportPage(await runJoin({ ...RUN, fault: "swapped-server-certificate" })));
  const top = (await telephone.locator("#sequence").boundingBox())!.y - 10;
  writeFileSync(
    join(FOLDER, "report-telephone.png"),
    await telephone.screenshot({ fullPage: true, clip: { x: 0, y: top, width: 390, height: 844 } }),
  );
} finally {
  await browser.close();
}
