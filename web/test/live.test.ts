// What happens on a host shows in the page by itself: a real service follows a log,
// records are appended to it, and nothing is loaded by hand.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launch, open, shot, type Watched } from "./browser";
import { Service } from "./service";

const db1 = { name: "db1", uuid: "00000000-0000-4000-8000-0000000000d1" };
const web1 = { name: "web1", uuid: "00000000-0000-4000-8000-0000000000e1" };

let browser: Browser;
let service: Service;

before(async () => {
  service = new Service();
  [browser] = await Promise.all([launch(), service.start()]);
});

after(async () => {
  await browser.close();
  await service.close();
});

/** Opens a view, and marks the page so that a reload would show. */
async function look(path: string, shows: string): Promise<Watched> {
  const w = await open(browser, service.base);
  await w.page.goto(`${service.base}${path}#token=${service.token}`);
  await w.page.getByRole("status").filter({ hasText: "live" }).waitFor();
  await w.page.locator(shows).first().waitFor();
  await w.page.evaluate(() => Object.assign(globalThis, { stayed: true }));
  return w;
}

async function leave({ page, errors, strangers }: Watched): Promise<void> {
  assert.ok(await page.evaluate(() => "stayed" in globalThis), "the page was loaded anew");
  assert.deepEqual([errors, strangers], [[], []]);
  await page.context().close();
}

/** Waits until the chart tells this of the lane that the keyboard is on. */
async function lane(page: Page, text: RegExp): Promise<void> {
  await page.locator(".chart [role=status]").filter({ hasText: text }).waitFor({ state: "attached" });
}

const row = (page: Page, text: string) => page.locator("tr[data-row]").filter({ hasText: text });

test("the first guest of all appears", async () => {
  const w = await look("/", ".notice");
  await w.page.getByText("The trail is empty").waitFor();
  service.boot(db1);
  await w.page.locator(".chart canvas").focus();
  await lane(w.page, /^db1, guest 1 of 1, running, 1 in view/);
  service.boot(web1);
  await lane(w.page, /^db1, guest 1 of 2/);
  await w.page.keyboard.press("ArrowDown");
  await lane(w.page, /^web1, guest 2 of 2, running, 1 in view/);
  assert.equal(new URL(w.page.url()).search, "", "the view goes with the clock");
  await leave(w);
});

test("a hot-attach shows in the open lane, the session and the guest", async () => {
  const guest = `/guest/${encodeURIComponent(`${db1.uuid}@kvm1`)}`;
  const [timeline, view] = [await look("/", ".chart canvas"), await look(guest, "tr[data-row]")];
  const { page } = timeline;
  await page.locator(".chart canvas").focus();
  await lane(page, /^db1, guest 1 of 2, running/);
  await page.keyboard.press("Space");
  await lane(page, /open, held 2 resources$/);
  await page.keyboard.press("p");
  await page.locator(".panel td", { hasText: "/srv/db1.qcow2" }).waitFor();
  service.record(db1, "RESOURCE", 'resrc=disk reason=attach VM old-disk="?" new-disk="/srv/data.raw"');
  await page.locator(".panel td", { hasText: "/srv/data.raw" }).waitFor();
  await lane(page, /open, held 3 resources$/);
  await row(view.page, "/srv/data.raw").waitFor();
  await shot(page, "live-attach");
  await leave(view);
  await leave(timeline);
});

test("a failed attempt is found, and marked on the lane", async () => {
  const [timeline, findings] = [await look("/", ".chart canvas"), await look("/findings", ".notice")];
  await timeline.page.locator(".chart canvas").focus();
  await lane(timeline.page, /^db1, guest 1 of 2, running/);
  service.record(db1, "RESOURCE", 'resrc=rng reason=attach VM old-rng="?" new-rng="/dev/hwrng"', "failed");
  await row(findings.page, "/dev/hwrng").waitFor();
  await lane(timeline.page, /1 mark/);
  await leave(findings);
  await leave(timeline);
});

test("a service that stops is told, and found when it is there again", async () => {
  const w = await look("/", ".chart canvas");
  const { page } = w;
  await page.locator(".chart canvas").focus();
  await lane(page, /^db1, guest 1 of 2, running/);
  assert.equal(await service.stop(), 0);
  await page.getByText("disconnected").waitFor();
  await lane(page, /^db1, guest 1 of 2, running/); // what was known stays
  await shot(page, "live-disconnected");
  service.record(db1, "CONTROL", "op=stop reason=shutdown VM vm-pid=-1");
  await service.start();
  const [retry, live] = [page.getByRole("button", { name: "retry" }), page.getByRole("status").filter({ hasText: "live" })];
  await retry.or(live).first().waitFor();
  await retry.click({ timeout: 2000 }).catch(() => undefined); // it may have tried by itself
  await live.waitFor();
  await lane(page, /^db1, guest 1 of 2, not running/);
  service.record(web1, "CONTROL", "op=stop reason=destroyed VM vm-pid=-1");
  await page.locator(".chart canvas").press("ArrowDown");
  await lane(page, /^web1, guest 2 of 2, not running/);
  await leave(w);
});
