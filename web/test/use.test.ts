// What people do with the page, by mouse and by keyboard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launch, open, rested, type Watched } from "./browser";
import { hostile } from "./mock/world";
import { mocked } from "./site";

let browser: Browser;
let at: Awaited<ReturnType<typeof mocked>>;

before(async () => {
  [browser, at] = await Promise.all([launch(), mocked(10_000)]);
});

after(async () => {
  await browser.close();
  await at.close();
});

async function come(path = "/", ready = ".chart canvas"): Promise<Watched> {
  const w = await open(browser, at.base);
  await w.page.goto(`${at.base}${path}#token=${at.token}`);
  await w.page.locator(ready).first().waitFor();
  await rested(w.page);
  return w;
}

async function leave({ page, errors, strangers }: Watched): Promise<void> {
  assert.deepEqual(errors, []);
  assert.deepEqual(strangers, []);
  await page.context().close();
}

const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

test("the token leaves the address and works for the tab", async () => {
  const w = await come("/table", "tr[data-row]");
  assert.equal(new URL(w.page.url()).hash, "");
  await w.page.reload();
  await w.page.locator("tr[data-row]").first().waitFor();
  assert.equal(await w.page.evaluate(() => document.documentElement.outerHTML.includes("secret")), false);
  await leave(w);
});

test("a guest's name stays text everywhere", async () => {
  const g = encodeURIComponent(at.world.id(3));
  const w = await come("/", ".chart canvas");
  const finding = at.world.troublesOf(3)[0];
  const paths = [`/guest/${g}`, `/guest/${g}?tab=definition`, `/guest/${g}?tab=changes`, `/guest/${g}?tab=sessions`, `/guest/${g}?tab=findings`, `/table?guest=${g}`, "/entropy?q=img", `/?session=${at.world.runs[3]![0]!.id}`, `/resource?r=${encodeURIComponent(`/var/lib/libvirt/images/${hostile}.qcow2`)}`];
  if (finding) paths.push(`/findings?id=${finding.id}`);
  for (const path of paths) {
    await w.page.goto(at.base + path);
    await w.page.locator(`text=${hostile}`).first().waitFor();
    assert.equal(await w.page.locator('img[src="x"]').count(), 0, path);
  }
  await w.page.getByRole("combobox", { name: "Find a guest" }).fill("<img");
  await w.page.getByRole("option").filter({ hasText: hostile }).first().waitFor();
  assert.equal(await w.page.locator('img[src="x"]').count(), 0);
  await leave(w);
});

test("the timeline by keyboard", async () => {
  const w = await come();
  const { page } = w;
  const canvas = page.locator(".chart canvas");
  await page.keyboard.press("Tab");
  for (let i = 0; i < 40 && !(await canvas.evaluate((c) => c === document.activeElement)); i++) await page.keyboard.press("Tab");
  assert.ok(await canvas.evaluate((c) => c === document.activeElement), "Tab comes to the chart");
  const on = (lane: number): Promise<void> => page.locator(".chart [role=status]").filter({ hasText: `guest ${lane} of 10000` }).waitFor({ state: "attached" });
  await on(1);
  await page.keyboard.press("ArrowDown");
  await on(2);
  await page.keyboard.press("End");
  await on(10_000);
  await page.keyboard.press("Home");
  await on(1);
  await page.keyboard.press("Space");
  await page.waitForURL(/open=/);
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowLeft");
  await page.waitForURL(/from=/);
  await rested(page);
  const closer = Number(query(page).get("to")) - Number(query(page).get("from"));
  await page.keyboard.press("-");
  await page.waitForFunction((closer) => Number(new URLSearchParams(location.search).get("to")) - Number(new URLSearchParams(location.search).get("from")) > closer, closer);
  await page.keyboard.press("p");
  await page.locator(".panel .title").waitFor();
  await canvas.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/guest\//);
  await leave(w);
});

test("the timeline by mouse", async () => {
  const w = await come();
  const { page } = w;
  const box = (await page.locator(".chart canvas").boundingBox())!;
  await page.mouse.move(box.x + 700, box.y + 300);
  await page.keyboard.down("Control");
  for (let i = 0; i < 10; i++) await page.mouse.wheel(0, -120);
  await page.keyboard.up("Control");
  await page.waitForURL(/from=/);
  await rested(page);
  const [from, to] = [Number(query(page).get("from")), Number(query(page).get("to"))];
  await page.mouse.down();
  await page.mouse.move(box.x + 500, box.y + 300, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL((u) => Number(u.searchParams.get("from")) !== from);
  await rested(page);
  const moved = Number(query(page).get("from"));
  const plot = box.width - 260;
  assert.ok(Math.abs(moved - from - (200 / plot) * (to - from)) < (to - from) / 50, "a drag moves time by as much as the hand");
  const lanes = page.waitForResponse((r) => Number(new URL(r.url()).searchParams.get("first")) > 0);
  await page.mouse.wheel(0, 4000);
  await lanes;
  await rested(page);
  await page.mouse.click(box.x + 12, box.y + 200);
  await page.waitForURL(/open=/);
  await leave(w);
});

test("zooming goes from years to milliseconds", async () => {
  const run = at.world.runs[0]![0]!;
  const w = await come(`/?from=${run.from - 5}&to=${run.from + 15}`);
  const { page } = w;
  await page.locator(".chart canvas").focus();
  for (let i = 0; i < 60; i++) await page.keyboard.press("-");
  await page.waitForFunction(() => Number(new URLSearchParams(location.search).get("to")) - Number(new URLSearchParams(location.search).get("from")) > 10 * 365 * 86_400_000);
  for (let i = 0; i < 80; i++) await page.keyboard.press("+");
  await page.waitForFunction(() => Number(new URLSearchParams(location.search).get("to")) - Number(new URLSearchParams(location.search).get("from")) <= 12);
  await leave(w);
});

test("only what is in view is loaded", async () => {
  const w = await open(browser, at.base);
  const asked: URLSearchParams[] = [];
  w.page.on("request", (r) => {
    const u = new URL(r.url());
    if (u.pathname === "/api/v1/timeline") asked.push(u.searchParams);
  });
  const come = (to: (first: number) => boolean): Promise<unknown> =>
    w.page.waitForResponse((r) => {
      const first = new URL(r.url()).searchParams.get("first");
      return first !== null && to(Number(first));
    });
  const firstOnes = come((first) => first === 0);
  await w.page.goto(`${at.base}/#token=${at.token}`);
  await firstOnes;
  await rested(w.page, 800);
  const lanes = new Set(asked.map((q) => q.get("first")).filter((f) => f !== null));
  assert.deepEqual([...lanes], ["0"], "one page of lanes");
  await w.page.locator(".chart canvas").focus();
  asked.length = 0;
  const lastOnes = come((first) => first > 9800);
  await w.page.keyboard.press("End");
  await lastOnes;
  await rested(w.page, 800);
  assert.ok(asked.length > 0 && asked.every((q) => Number(q.get("first")) > 9800), "and the last ones when they are gone to");
  for (const q of asked) {
    const points = (Number(q.get("to")) - Number(q.get("from"))) / Number(q.get("resolution"));
    assert.ok(points <= 4096, `${points} points`);
  }
  await leave(w);
});

test("the timeline shows only the guests that are asked for", async () => {
  const w = await come();
  const { page } = w;
  const chart = page.locator(".chart canvas");
  await page.getByLabel("Show guests whose name").fill("vault-00");
  await page.waitForURL(/prefix=vault-00/);
  await page.waitForFunction(() => document.querySelector(".chart canvas")?.getAttribute("aria-label") === "Timeline of 100 guests");
  await page.getByRole("button", { name: "running" }).click();
  await page.waitForURL(/running=true/);
  await page.waitForFunction(() => /Timeline of \d\d guests/.test(document.querySelector(".chart canvas")?.getAttribute("aria-label") ?? ""));
  await page.goBack();
  await page.waitForFunction(() => document.querySelector(".chart canvas")?.getAttribute("aria-label") === "Timeline of 100 guests");
  await page.getByLabel("Show guests whose name").fill("nobody");
  await page.getByText("No guest matches").waitFor();
  assert.ok(await chart.isVisible());
  await leave(w);
});

test("every step can be gone back", async () => {
  const w = await come();
  const { page } = w;
  const first = page.url();
  await page.getByRole("link", { name: "Findings" }).click();
  await page.locator("tr[data-row] a").first().click();
  await page.locator(".panel .fact").first().waitFor();
  await page.locator(".panel .finding-head dd a").first().click();
  await page.waitForURL(/\/guest\//);
  await page.goBack();
  await page.locator(".panel .fact").first().waitFor();
  await page.goBack();
  await page.waitForURL(/\/findings$/);
  await page.goBack();
  await page.locator(".chart canvas").waitFor();
  assert.equal(page.url(), first);
  await page.getByRole("button", { name: "all", exact: true }).click();
  await page.waitForURL(/from=/);
  await page.goForward().catch(() => undefined);
  await page.goBack();
  await page.waitForFunction((u) => location.href === u, first);
  await leave(w);
});

test("search completes and goes there by keyboard", async () => {
  const w = await come();
  const { page } = w;
  await page.locator("main").focus();
  await page.keyboard.press("/");
  await page.keyboard.type("/dev/h");
  await page.getByRole("option").filter({ hasText: "/dev/hwrng" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/resource\?r=rng%3A%2Fdev%2Fhwrng/);
  await page.getByRole("link", { name: "web-0000" }).first().waitFor();
  assert.ok((await page.locator(".overlaps summary").textContent())!.includes("more than one guest at once"));
  await page.locator(".chart canvas").click({ position: { x: 800, y: 60 } });
  await page.locator(".at h2").waitFor();
  await leave(w);
});

test("tables go by arrow keys", async () => {
  const w = await come("/table", "tr[data-row]");
  const { page } = w;
  await page.locator('tr[data-row="0"] a').focus();
  // As fast as a held key repeats.
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("ArrowDown");
    await rested(page, 30);
  }
  assert.equal(await page.evaluate(() => document.activeElement?.closest("tr")?.dataset["row"]), "60");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/guest\//);
  await leave(w);
});

test("what is shown is saved as CSV and JSON", async () => {
  const w = await come("/findings?severity=critical", "tr[data-row]");
  const [csv] = await Promise.all([w.page.waitForEvent("download"), w.page.getByRole("button", { name: "CSV" }).click()]);
  const text = readFileSync(await csv.path(), "utf8");
  assert.match(text, /^id,kind,severity,/);
  assert.ok(text.trimEnd().split("\r\n").slice(1).every((line) => line.includes(",critical,")));
  await w.page.locator(".export [role=status]").filter({ hasText: "saved" }).waitFor();
  const [json] = await Promise.all([w.page.waitForEvent("download"), w.page.getByRole("button", { name: "JSON" }).click()]);
  const rows = JSON.parse(readFileSync(await json.path(), "utf8")) as { severity: string }[];
  assert.ok(rows.length > 0 && rows.every((r) => r.severity === "critical"));
  await leave(w);
});

test("times are local, with UTC in their title", async () => {
  const w = await open(browser, at.base, { timezoneId: "Asia/Tokyo" });
  await w.page.goto(`${at.base}/table#token=${at.token}`);
  const time = w.page.locator("tr[data-row] time").first();
  const [shown, title] = [await time.textContent(), await time.getAttribute("title")];
  assert.match(title!, /UTC$/);
  const utc = Date.parse(title!.replace(" UTC", "Z").replace(" ", "T"));
  assert.equal(shown, new Date(utc + 9 * 3_600_000).toISOString().slice(0, 19).replace("T", " "));
  await leave(w);
});

test("entropy of more guests is read when it is asked for", async () => {
  const w = await come("/entropy", "tr[data-row]");
  const { page } = w;
  const told = page.getByText("These are the first 3,000 of the guests that run.");
  const more = page.getByRole("button", { name: "3,000 more" });
  await more.waitFor();
  assert.ok(await told.isVisible());
  const counted = async (): Promise<number> => (await page.locator(".tally strong").allTextContents()).reduce((sum, n) => sum + Number(n), 0);
  assert.equal(await counted(), 3000);
  await more.click();
  await page.getByText("These are the first").waitFor({ state: "hidden" }); // 4,000 are told meanwhile
  assert.equal(await counted(), at.world.runs.filter((r) => r.at(-1)!.state === "running").length);
  await leave(w);
});

test("a resource with more holders than a chart has at first", async () => {
  const w = await come(`/resource?r=${encodeURIComponent("rng:/dev/urandom")}`, "tr[data-row]");
  const { page } = w;
  const told = page.locator(".told").filter({ hasText: "The chart has the first" });
  await told.filter({ hasText: "2,000 holdings" }).waitFor();
  const asked = page.waitForRequest((r) => /holdings.*from=\d+/.test(r.url()));
  await page.locator(".chart canvas").press("+");
  await asked;
  await told.filter({ hasText: "2,000 holdings" }).waitFor();
  const guests = async (): Promise<number> => Number(/\d+/.exec((await page.locator(".chart canvas").getAttribute("aria-label"))!)![0]);
  const before = await guests();
  await told.getByRole("button", { name: "add 2,000 more" }).click();
  await told.filter({ hasText: "4,000 holdings" }).waitFor();
  assert.ok((await guests()) > before, "more guests are charted");
  await leave(w);
});
