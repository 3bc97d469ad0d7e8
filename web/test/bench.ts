// `npm run bench`: how long the scripts take for one frame while 10,000 lanes are
// panned, zoomed and scrolled.
import type { CDPSession, Page } from "playwright-core";
import { launch, open } from "./browser";
import { site } from "./site";

const frames = Number(process.env["FRAMES"] ?? 240);

async function scriptTime(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return (metrics.find((m) => m.name === "ScriptDuration")?.value ?? 0) * 1000;
}

/** Sends one event a frame. */
async function play(page: Page, event: string): Promise<void> {
  await page.evaluate(
    async ({ frames, event }) => {
      const canvas = document.querySelector(".chart canvas")!;
      const box = canvas.getBoundingClientRect();
      const [clientX, clientY] = [box.left + 800, box.top + 300];
      for (let i = 0; i < frames; i++) {
        const way = i % 120 < 60 ? 1 : -1;
        const init: WheelEventInit = { clientX, clientY, bubbles: true, cancelable: true };
        if (event === "pan") Object.assign(init, { deltaX: 14 * way });
        else if (event === "zoom") Object.assign(init, { deltaY: 12 * way, ctrlKey: true });
        else if (event === "scroll") Object.assign(init, { deltaY: 160 });
        else Object.assign(init, { deltaX: 14 * way, deltaY: 90 });
        canvas.dispatchEvent(new WheelEvent("wheel", init));
        await new Promise((done) => requestAnimationFrame(done));
      }
    },
    { frames, event },
  );
}

/** Prints the milliseconds of script that a frame takes. */
async function measure(page: Page, cdp: CDPSession, name: string, event: string): Promise<void> {
  const before = await scriptTime(cdp);
  await play(page, event);
  const each = ((await scriptTime(cdp)) - before) / frames;
  console.log(`${name.padEnd(28)} ${each.toFixed(2)} ms of script a frame`);
}

const at = await site(10_000);
const browser = await launch();
const { page } = await open(browser, at.base, { viewport: { width: 1920, height: 1080 } });
await page.goto(`${at.base}/#token=${at.token}`);
await page.locator(".chart canvas").waitFor();
await page.getByRole("button", { name: "all", exact: true }).click();
await page.waitForTimeout(1500);
const cdp = await page.context().newCDPSession(page);
await cdp.send("Performance.enable");
const lanes = await page.locator(".chart canvas").getAttribute("aria-label");
console.log(`${lanes}, 1920 by 1080, ${frames} frames each`);
await play(page, "pan"); // warm by then
await measure(page, cdp, "panning in time", "pan");
await measure(page, cdp, "zooming", "zoom");
await measure(page, cdp, "scrolling through the lanes", "scroll");
await measure(page, cdp, "panning and scrolling", "both");
await browser.close();
await at.close();
