// Each view, light and dark, wide and narrow: it shows without an error, asks no
// other host, names stay text, and axe finds nothing serious. The pictures are
// kept. VIRTAUDIT_GUEST names the guest that is looked at,
// VIRTAUDIT_SHARED sources of entropy that several guests are to share.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import type { Finding, Guest, Page as List, RNG, Session } from "../src/lib/types";
import { serious } from "./axe";
import { launch, open, rested, shot } from "./browser";
import { site, type Site } from "./site";

let browser: Browser;
let at: Site;
const views: Record<string, { path: string; shows: string }> = {};

/** A service has just begun to read. */
async function eventually<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 20_000; ; await new Promise((done) => setTimeout(done, 100))) {
    const found = await find();
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, "it came to nothing");
  }
}

before(async () => {
  [browser, at] = await Promise.all([launch(), site(400)]);
  const named = process.env["VIRTAUDIT_GUEST"];
  const guest = await eventually(async () => {
    const guests = (await at.get<List<Guest>>("/guests?limit=200")).items;
    return named === undefined ? (guests.find((g) => g.running) ?? guests[0]) : guests.find((g) => g.name === named);
  });
  const finding = (await at.get<List<Finding>>("/findings?limit=1")).items[0]!;
  const session = (await at.get<List<Session>>(`/sessions?limit=1&guest=${encodeURIComponent(guest.id)}`)).items[0]!;
  const g = `/guest/${encodeURIComponent(guest.id)}`;
  const moment = guest.last!.ms - 1000;
  Object.assign(views, {
    timeline: { path: "/", shows: ".chart canvas" },
    "timeline-open": { path: `/?open=${encodeURIComponent(encodeURIComponent(guest.id))}&session=${session.id}`, shows: ".panel .title" },
    table: { path: "/table", shows: "tr[data-row]" },
    resource: { path: `/resource?r=${encodeURIComponent("/dev/urandom")}&at=${moment}`, shows: "tr[data-row], .notice" },
    guest: { path: `${g}?at=${moment}`, shows: "tr[data-row], .notice" },
    "guest-definition": { path: `${g}?tab=definition`, shows: ".halves, .notice" },
    "guest-changes": { path: `${g}?tab=changes`, shows: ".changes, .notice" },
    "guest-sessions": { path: `${g}?tab=sessions`, shows: "tr[data-row]" },
    "guest-findings": { path: `${g}?tab=findings`, shows: "tr[data-row], .notice" },
    findings: { path: `/findings?id=${encodeURIComponent(finding.id)}`, shows: ".panel .fact" },
    entropy: { path: "/entropy", shows: "tr[data-row], .notice" },
    service: { path: "/service", shows: "tr[data-row]" },
    nowhere: { path: "/no-such-view", shows: ".notice" },
  });
});

after(async () => {
  await browser.close();
  await at.close();
});

for (const [look, colorScheme, width] of [["light", "light", 1440], ["dark", "dark", 1440], ["narrow", "light", 480]] as const) {
  test(`every view, ${look}`, async (t) => {
    const { page, errors, strangers } = await open(browser, at.base, { colorScheme, viewport: { width, height: 900 } });
    await page.goto(`${at.base}/#token=${at.token}`);
    for (const [name, view] of Object.entries(views)) {
      await t.test(name, async () => {
        await page.goto(at.base + view.path);
        await page.locator(view.shows).first().waitFor();
        await rested(page);
        await shot(page, `${name}-${look}`);
        assert.deepEqual(await serious(page), []);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.equal(await page.locator('img[src="x"]').count(), 0);
        assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
      });
    }
    assert.deepEqual(errors, []);
    assert.deepEqual(strangers, []);
    await page.context().close();
  });
}

test("help and search, open", async () => {
  const { page, errors } = await open(browser, at.base);
  await page.goto(`${at.base}/#token=${at.token}`);
  await page.locator(".chart canvas").waitFor();
  await page.locator("main").focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await shot(page, "help");
  assert.deepEqual(await serious(page), []);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.keyboard.press("/");
  await page.keyboard.type("/dev");
  await page.getByRole("option").first().waitFor();
  await shot(page, "search");
  assert.deepEqual(await serious(page), []);
  assert.deepEqual(errors, []);
  await page.context().close();
});

test("who shares a source of entropy is told", async () => {
  const { page, errors } = await open(browser, at.base);
  const rng = await at.get<RNG>("/rng");
  await page.goto(`${at.base}/entropy#token=${at.token}`);
  await page.locator(rng.shared.length > 0 ? ".sharing summary" : "tr[data-row], .notice").first().waitFor();
  const told = await page.locator(".sharing summary").allTextContents();
  assert.deepEqual(told, rng.shared.map((s) => `${s.guests.length} guests share ${s.source}`));
  for (const source of (process.env["VIRTAUDIT_SHARED"] ?? "").split(" ").filter(Boolean)) {
    const share = page.locator(".sharing details", { hasText: source });
    await share.locator("summary").click();
    assert.ok((await share.locator("p a").count()) > 2, "each has a link");
  }
  await shot(page, "entropy-shared");
  assert.deepEqual(errors, []);
  await page.context().close();
});
