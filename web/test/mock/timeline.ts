// Lanes for a view: what is nearer than the resolution is one.
import type { Span, Timeline, TimelineLane } from "../../src/lib/types";
import { unwatched } from "./rows";
import type { Run, World } from "./world";

const worst = ["closed", "running", "starting", "lost", "failed"];

interface View {
  from: number;
  to: number;
  resolution: number;
}

export function timeline(w: World, q: URLSearchParams): Timeline {
  const view = { from: Number(q.get("from") ?? w.begin), to: Number(q.get("to") ?? w.now), resolution: Number(q.get("resolution") ?? 86_400_000) };
  const first = Number(q.get("first") ?? 0);
  const count = Number(q.get("count") ?? 100);
  const open = new Set(q.getAll("lane"));
  const running = q.get("running") === "true";
  const prefix = q.get("prefix") ?? "";
  const lanes: number[] = [];
  for (let g = 0; g < w.guests; g++) {
    if (running && w.runs[g]!.at(-1)!.state !== "running") continue;
    if (prefix === "" || w.name(g).startsWith(prefix)) lanes.push(g);
  }
  return {
    ...view,
    total: lanes.length,
    first,
    version: `${w.guests}`,
    begin: w.guests === 0 ? null : w.begin,
    end: w.guests === 0 ? null : w.now,
    now: Date.now(),
    lanes: lanes.slice(first, first + count).map((g, i) => lane(w, g, first + i, view, open.has(w.id(g)))),
    unwatched: unwatched(w, view.from, view.to),
  };
}

function lane(w: World, g: number, at: number, v: View, open: boolean): TimelineLane {
  const runs = w.runs[g]!.filter((r) => r.to >= v.from && r.from < v.to);
  const last = w.runs[g]!.at(-1)!;
  return {
    lane: at,
    guest: w.id(g),
    node: w.node(g),
    uuid: w.uuid(g),
    name: w.name(g),
    running: last.state === "running",
    bars: bars(runs, v),
    marks: marks(w, g, v),
    ...(open ? { groups: groups(w, runs, v) } : {}),
  };
}

function bars(runs: Run[], v: View): TimelineLane["bars"] {
  const list: TimelineLane["bars"] = [];
  for (const r of runs) {
    const last = list[list.length - 1];
    if (last && last.to !== null && r.from - last.to < v.resolution && r.to - last.from < 40 * v.resolution) {
      last.to = r.to === Infinity ? null : r.to;
      last.n++;
      delete last.session;
      if (worst.indexOf(r.state) > worst.indexOf(last.state)) last.state = r.state;
    } else list.push({ from: r.from, to: r.to === Infinity ? null : r.to, n: 1, state: r.state, session: r.id, ...(r.vague ? { begin_unknown: true } : {}), ...(r.after ? { end_after: r.after } : {}) });
  }
  return list;
}

function marks(w: World, g: number, v: View): TimelineLane["marks"] {
  const list: TimelineLane["marks"] = [];
  for (const r of w.runs[g]!) {
    if (r.state === "failed" && r.from >= v.from && r.from < v.to) list.push({ at: r.from, type: "attempt", n: 1, id: `${r.id}.0`, label: "start" });
  }
  for (const t of w.troublesOf(g)) {
    if (t.at >= v.from && t.at < v.to) list.push({ at: t.at, type: "finding", n: 1, severity: t.severity, id: t.id, label: t.kind });
  }
  return list;
}

function groups(w: World, runs: Run[], v: View): NonNullable<TimelineLane["groups"]> {
  const kinds = new Map<string, Map<string, Span[]>>();
  for (const r of runs) {
    for (const h of w.held(r)) {
      if (h.to < v.from || h.from >= v.to) continue;
      const rows = kinds.get(h.kind) ?? new Map<string, Span[]>();
      kinds.set(h.kind, rows);
      const list = rows.get(h.id) ?? [];
      rows.set(h.id, list);
      list.push({ from: h.from, to: h.to === Infinity ? null : h.to, n: 1, session: r.id, ...(h.by ? { by: "libvirt" as const } : {}) });
    }
  }
  return [...kinds].sort().map(([kind, rows]) => ({
    kind,
    rows: [...rows].sort().slice(0, 200).map(([id, list]) => ({ id, bars: list })),
    left_out: Math.max(0, rows.size - 200),
  }));
}
