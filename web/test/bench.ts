// `npm run bench`: how long the scripts take for one frame while 10,000 lanes are
// panned, zoomed and scrolled, how long one waits for what is loaded, and what the
// tab needs of memory. Lines end in a figure and its unit.
import { readFileSync } from "node:fs";
import type { Browser, CDPSession, Page } from "playwright-core";
import { launch, open } from "./browser";
import { site, type Site } from "./site";

const frames = Number(process.env["FRAMES"] ?? 120);

function say(what: string, value: number, unit: "ms/frame" | "ms" | "MiB"): void {
  console.log(`${what.padEnd(44)} ${value.toFixed(2)} ${unit}`);
}

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

async function frame(page: Page, cdp: CDPSession, name: string, event: string): Promise<void> {
  const before = await scriptTime(cdp);
  await play(page, event);
  say(name, ((await scriptTime(cdp)) - before) / frames, "ms/frame");
}

/** How long it takes from an act until a view shows what it was to bring. */
async function wait(page: Page, name: string, act: () => Promise<unknown>, shown: () => boolean): Promise<void> {
  const begun = performance.now();
  await act();
  await page.waitForFunction(shown, undefined, { polling: "raf", timeout: 60_000 });
  say(name, performance.now() - begun, "ms");
}

function loaded(): boolean {
  const lanes = document.querySelector(".chart canvas")?.getAttribute("aria-label") ?? "";
  return /of [1-9]/.test(lanes) && document.querySelector(".busy.on") === null;
}

const rows = (): boolean => document.querySelector("tr[data-row]") !== null;
const completed = (): boolean => [...document.querySelectorAll("[role=option]")].some((o) => o.textContent!.includes("/dev/urandom"));

async function waits(browser: Browser, page: Page, at: Site): Promise<void> {
  const canvas = page.locator(".chart canvas");
  await wait(page, "first paint of the timeline", () => page.goto(`${at.base}/?last=31536000000`), loaded);
  await wait(page, "a screen earlier", async () => {
    await canvas.focus();
    for (let i = 0; i < 2; i++) await page.keyboard.press("Shift+ArrowLeft");
    await page.waitForTimeout(60); // loading begins when the view rests
  }, loaded);
  await page.goto(`${at.base}/?last=31536000000`);
  await page.waitForFunction(loaded);
  await wait(page, "the last of all lanes", () => canvas.press("End").then(() => page.waitForTimeout(60)), loaded);
  await wait(page, "opening its lane", () => canvas.press("Space").then(() => page.waitForTimeout(60)), loaded);
  say("memory of the tab", await memory(browser), "MiB");
  await wait(page, "completing a search", async () => {
    await page.locator("main").focus();
    await page.keyboard.press("/");
    await page.keyboard.insertText("/dev/u");
  }, completed);
  await wait(page, "who held /dev/urandom", () => page.goto(`${at.base}/resource?r=/dev/urandom`), rows);
  await wait(page, "entropy of all that run", () => page.goto(`${at.base}/entropy`), rows);
}

/** What the processes that show pages hold, of their own and of what they share. */
async function memory(browser: Browser): Promise<number> {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
  const sizes = processInfo.filter((p) => p.type === "renderer").map((p) => {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${p.id}/status`, "utf8"))?.[1];
    return Number(kib ?? 0) / 1024;
  });
  return Math.max(...sizes);
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
await frame(page, cdp, "panning in time", "pan");
await frame(page, cdp, "zooming", "zoom");
await frame(page, cdp, "scrolling through the lanes", "scroll");
await frame(page, cdp, "panning and scrolling", "both");
await waits(browser, page, at);
await browser.close();
await at.close();
