// A real Chromium, and pages in it that report what goes wrong.
import { mkdirSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", headless: true, args: flags });
}

export interface Watched {
  page: Page;
  /** Errors of scripts, of the console, and of the content security policy. */
  errors: string[];
  /** Hosts that were asked, other than the page's own. */
  strangers: string[];
}

export async function open(browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const errors: string[] = [];
  const strangers: string[] = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => {
    // An answer such as 404 is none of the page's faults.
    if (m.type() === "error" && !m.text().startsWith("Failed to load resource")) errors.push(m.text());
  });
  page.on("dialog", (d) => {
    errors.push(`a dialog: ${d.message()}`);
    void d.dismiss();
  });
  page.on("request", (r) => {
    const url = new URL(r.url());
    if (url.protocol.startsWith("http") && url.origin !== new URL(base).origin) strangers.push(url.host);
  });
  return { page, errors, strangers };
}

/** Lets a page come to rest by its own clock: after what it was about to do, however slow the machine is. */
export async function rested(page: Page, ms = 400): Promise<void> {
  await page.evaluate((ms) => new Promise<void>((done) => requestAnimationFrame(() => setTimeout(done, ms))), ms);
}

const folder = process.env["TEST_OUTPUT"] ?? "test-output";

export async function shot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}
