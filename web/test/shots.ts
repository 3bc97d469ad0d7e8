// Pictures of every view, light and dark, wide and narrow: to be looked at.
import { launch, open, shot } from "./browser";
import { Mock } from "./mock/server";
import { World } from "./mock/world";

const world = new World(300, 24, Date.now());
const mock = new Mock(world, "t", "dist");
const base = await mock.listen();
const browser = await launch();
const g = encodeURIComponent(world.id(3));
const f = world.troubles.at(-5)!.id;
const views: Record<string, string> = {
  timeline: "/",
  open: `/?open=${encodeURIComponent(encodeURIComponent(world.id(1)))}&session=${world.runs[1]![0]!.id}`,
  table: "/table",
  resource: `/resource?r=/dev/hwrng&at=${world.now - 30 * 86_400_000}`,
  guest: `/guest/${g}`,
  changes: `/guest/${g}?tab=changes`,
  definition: `/guest/${g}?tab=definition`,
  findings: `/findings?id=${f}`,
  entropy: "/entropy",
  service: "/service",
};
const only = process.env["ONLY"]?.split(",");
for (const [look, scheme, width] of [["light", "light", 1440], ["dark", "dark", 1440], ["narrow", "light", 480]] as const) {
  const { page, errors } = await open(browser, base, { colorScheme: scheme, viewport: { width, height: 900 } });
  await page.goto(`${base}/#token=t`);
  for (const [name, path] of Object.entries(views)) {
    if (only && !only.includes(name)) continue;
    await page.goto(base + path);
    await page.waitForTimeout(900);
    await shot(page, `${name}-${look}`);
  }
  if (errors.length > 0) console.log(look, errors);
}
await browser.close();
await mock.close();
