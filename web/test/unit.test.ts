// What needs no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toCSV } from "../src/lib/export";
import { Parser, type Message } from "../src/lib/sse";
import { parse, span } from "../src/lib/time";
import { axis } from "../src/timeline/axis";
import { Recent, windowOf } from "../src/timeline/blocks";
import { Lanes } from "../src/timeline/lanes";
import { laneHeight, Layout, rowHeight } from "../src/timeline/layout";
import { at, bounded, closest, widest, x, zoomed } from "../src/timeline/viewport";
import { overlaps } from "../src/views/overlaps";
import { first, following } from "../src/views/range";
import type { Holding } from "../src/lib/types";
import { dice } from "./mock/world";

const roll = dice(1);
const some = (n: number): number => Math.floor(roll() * n);

test("moments as they are typed", () => {
  assert.equal(parse("2026-11-23 14:05:06.7Z", 0), Date.UTC(2026, 10, 23, 14, 5, 6, 700));
  assert.equal(parse("2026-11-23", 0), new Date(2026, 10, 23).getTime());
  assert.equal(parse("now", 42), 42);
  assert.equal(parse("1795413906700", 0), 1795413906700);
  for (const wrong of ["", "2026-02-31", "yesterday", "14:05", "2026-11-23 25", "1e9"]) assert.equal(parse(wrong, 0), undefined, wrong);
});

test("lengths of time", () => {
  assert.equal(span(90_061_000), "1 d 1 h");
  assert.equal(span(40), "40 ms");
  assert.equal(span(60_000), "1 m");
});

test("a server-sent stream, cut anywhere", () => {
  const text = ': hello\n\nid: 7\nevent: change\ndata: {"a":\ndata: 1}\n\ndata: x\r\n\r\n';
  for (let cut = 0; cut <= text.length; cut++) {
    const got: Message[] = [];
    const parser = new Parser((m) => got.push(m));
    parser.push(text.slice(0, cut));
    parser.push(text.slice(cut));
    assert.deepEqual(got, [
      { event: "change", data: '{"a":\n1}', id: "7" },
      { event: "message", data: "x", id: "7" },
    ], `cut at ${cut}`);
  }
  assert.throws(() => new Parser(() => undefined).push("x".repeat((1 << 20) + 1)));
});

test("a spreadsheet takes no name for a formula", () => {
  const rows = ['=cmd|"x"!A1', "+1", "@a", "'q", 'a,"b"\nc', "plain"];
  const csv = toCSV([{ name: "name", value: (r: string) => r }], rows);
  assert.equal(csv, ["name", '"\'=cmd|""x""!A1"', "'+1", "'@a", "''q", '"a,""b""\nc"', "plain", ""].join("\r\n"));
});

test("the axis, from milliseconds to decades", () => {
  const from = new Date(2026, 9, 24, 23, 59, 58, 700).getTime();
  for (let size = closest; size < widest; size *= 1.7) {
    const { ticks } = axis(from, from + size, 1200);
    assert.ok(ticks.length >= 2 && ticks.length <= 16, `${ticks.length} marks for ${span(size)}`);
    for (let i = 1; i < ticks.length; i++) assert.ok(ticks[i]!.at > ticks[i - 1]!.at);
    assert.ok(ticks.every((t) => t.at >= from && t.at <= from + size));
  }
});

test("zooming keeps the moment under the pointer", () => {
  for (let i = 0; i < 500; i++) {
    const r = bounded({ from: 1.7e12 + some(1e11), to: 1.8e12 + some(1e11) });
    const px = some(1000);
    const moment = at(r, 1000, px);
    const z = zoomed(r, 0.2 + roll() * 3, moment);
    assert.ok(Math.abs(x(z, 1000, moment) - px) < 1 || z.to - z.from >= widest);
  }
});

test("one window holds a whole view", () => {
  for (let i = 0; i < 5000; i++) {
    const from = 1.6e12 + some(2e11);
    const size = 10 ** (1 + roll() * 10);
    const width = 200 + some(3000);
    const w = windowOf({ from, to: from + size }, width);
    assert.ok(w.from <= from && from + size <= w.to, `${from} ${size} ${width}`);
    assert.ok((w.to - w.from) / w.resolution <= 4 * Math.max(width, 256));
  }
});

test("lanes stand one below the other, opened or not", () => {
  const opened = new Map([[3, 5], [4, 1], [90, 40]]);
  const layout = new Layout(100, opened);
  let y = 0;
  for (let i = 0; i < 100; i++) {
    assert.equal(layout.top(i), y);
    const h = laneHeight + (opened.get(i) ?? 0) * rowHeight;
    assert.equal(layout.heightOf(i), h);
    assert.equal(layout.at(y), i);
    assert.equal(layout.at(y + h - 1), i);
    y += h;
  }
  assert.equal(layout.height, y);
  assert.equal(layout.at(1e9), 99);
  assert.equal(new Layout(0, new Map()).at(5), -1);
});

test("what was not used longest goes first", () => {
  const recent = new Recent<number>(2);
  recent.set("a", 1);
  recent.set("b", 2);
  recent.touch("a");
  recent.set("c", 3);
  assert.deepEqual(["a", "b", "c"].map((k) => recent.get(k)), [1, undefined, 3]);
});

test("overlaps are those of a count at each moment", () => {
  const moment = (ms: number): { ms: number; time: string } => ({ ms, time: "" });
  for (let round = 0; round < 300; round++) {
    const list = Array.from({ length: 1 + some(8) }, () => {
      const from = 1 + some(30);
      return { guest: `g${some(4)}`, from: moment(from), to: moment(from + some(10)), ended_by: "stop" } as Holding;
    });
    const found = overlaps(list);
    for (let t = 0.5; t < 45; t++) {
      const guests = new Set(list.filter((h) => h.from!.ms < t && t < h.to!.ms).map((h) => h.guest)).size;
      const said = found.filter((o) => o.from < t && t < o.to).map((o) => o.guests);
      assert.deepEqual(said, guests > 1 ? [guests] : []);
    }
  }
});

test("what is alive is shown up to now, and goes with it", () => {
  const [hour, day] = [3_600_000, 86_400_000];
  const now = Date.UTC(2026, 10, 23);
  const none = new URLSearchParams();
  const young = { begin: now - hour, end: now - 1000 };
  for (const b of [young, { begin: now - 400 * day, end: now - hour }]) {
    const r = first(b, now);
    assert.ok(r.from < now && r.to > now, "now is in view");
    assert.ok(r.to - r.from < 8 * day);
    assert.deepEqual(following(none, b, now), r);
    assert.ok(following(none, b, now + hour)!.to > now + hour);
  }
  const past = { begin: now - 30 * day, end: now - 29 * day };
  assert.ok(first(past, now).to < now - 28 * day);
  assert.equal(following(none, past, now), undefined);
  assert.equal(following(new URLSearchParams("from=1&to=2"), young, now), undefined, "what somebody looks at stays");
  assert.equal(following(new URLSearchParams("last=60000"), past, now)!.from, now - 60_000);
});

test("what changes while an answer is on its way is asked for again, once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_790_000_000_000 });
  const asked: (() => void)[] = [];
  const empty = { version: "1", total: 0, begin: null, end: null, now: Date.now(), unwatched: [], lanes: [] };
  t.mock.method(globalThis, "fetch", () => new Promise((done) => asked.push(() => done(Response.json(empty)))));
  const lanes = new Lanes({}, () => undefined);
  const pass = async (): Promise<void> => {
    t.mock.timers.tick(2000);
    await new Promise(setImmediate);
  };
  lanes.look({ from: 0, to: 1000 }, 1000, 0, 10);
  await pass();
  assert.equal(asked.length, 1);
  lanes.grown(undefined);
  await pass();
  assert.equal(asked.length, 1, "not twice at a time");
  for (const times of [2, 2]) {
    asked.at(-1)!();
    await new Promise(setImmediate);
    await pass();
    assert.equal(asked.length, times);
  }
  lanes.close();
});
