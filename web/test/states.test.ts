// When there is nothing to show: the page says so, and what to do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch, open, shot } from "./browser";
import { mocked } from "./site";

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

test("without a token it says where to get one", async () => {
  const at = await mocked(10);
  for (const path of ["/", "/table", "/findings", "/entropy", "/service"]) {
    const { page } = await open(browser, at.base);
    await page.goto(at.base + path);
    await page.getByRole("alert").filter({ hasText: "virtaudit serve" }).waitFor();
    await shot(page, "no-token");
    await page.context().close();
  }
  await at.close();
});

test("an empty trail", async () => {
  const at = await mocked(0);
  const { page, errors } = await open(browser, at.base);
  await page.goto(`${at.base}/#token=${at.token}`);
  await page.getByText("The trail is empty").waitFor();
  await page.goto(`${at.base}/findings`);
  await page.getByText("Nothing found").waitFor();
  await page.goto(`${at.base}/entropy`);
  await page.getByText("No guest runs").waitFor();
  await page.goto(`${at.base}/resource?r=/dev/none`);
  await page.getByText("Nobody is known to have held it").waitFor();
  await shot(page, "empty");
  assert.deepEqual(errors, []);
  await page.context().close();
  await at.close();
});

test("a slow answer shows that it is waited for", async () => {
  const at = await mocked(10);
  const go = at.mock.hold("/rng");
  const { page } = await open(browser, at.base);
  await page.goto(`${at.base}/entropy#token=${at.token}`);
  await page.getByText("Loading the guests' entropy").waitFor();
  go();
  await page.locator("tr[data-row]").first().waitFor();
  await page.context().close();
  await at.close();
});

test("a service that breaks off is told, and found again", async () => {
  const at = await mocked(10);
  const { page } = await open(browser, at.base);
  await page.goto(`${at.base}/#token=${at.token}`);
  await page.getByRole("status").filter({ hasText: "live" }).waitFor();
  at.mock.failWith = 503;
  at.mock.drop();
  await page.getByText("disconnected").waitFor();
  await shot(page, "disconnected");
  await page.goto(`${at.base}/entropy`);
  await page.getByRole("alert").filter({ hasText: "virtaudit status" }).waitFor();
  at.mock.failWith = 0;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("tr[data-row]").first().waitFor();
  await page.getByRole("status").filter({ hasText: "live" }).waitFor();
  await page.context().close();
  await at.close();
});

test("what changes shows by itself", async () => {
  const at = await mocked(40);
  const guest = at.world.runs.findIndex((r) => r.at(-1)!.state === "running");
  const { page, errors } = await open(browser, at.base);
  await page.goto(`${at.base}/guest/${encodeURIComponent(at.world.id(guest))}?tab=sessions#token=${at.token}`);
  await page.locator(".guest-head .badge.is-running").waitFor();
  await page.getByRole("status").filter({ hasText: "live" }).waitFor();
  at.mock.stop(guest);
  await page.locator(".guest-head .badge.is-closed").waitFor();
  assert.deepEqual(errors, []);
  await page.context().close();
  await at.close();
});

test("what changed before the page is told of changes shows too", async () => {
  const at = await mocked(40);
  const go = at.mock.hold("/events/stream");
  const guest = at.world.runs.findIndex((r) => r.at(-1)!.state === "running");
  const { page } = await open(browser, at.base);
  await page.goto(`${at.base}/guest/${encodeURIComponent(at.world.id(guest))}?tab=sessions#token=${at.token}`);
  await page.locator(".guest-head .badge.is-running").waitFor();
  at.mock.stop(guest); // there is no stream yet that it could be told to
  go();
  await page.locator(".guest-head .badge.is-closed").waitFor();
  await page.context().close();
  await at.close();
});

test("an unknown guest", async () => {
  const at = await mocked(10);
  const { page } = await open(browser, at.base);
  await page.goto(`${at.base}/guest/nobody#token=${at.token}`);
  await page.getByRole("alert").filter({ hasText: "Not found" }).waitFor();
  await page.context().close();
  await at.close();
});
