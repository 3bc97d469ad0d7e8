// The holders of one resource as lanes of a chart. Pure.
import { unwatchedOf } from "../timeline/convert";
import { Fixed, type FixedLane } from "../timeline/fixed";
import type { Bar } from "../timeline/model";
import { bounded, type Range } from "../timeline/viewport";
import type { Holding, Unwatched } from "../lib/types";
import { extent, type Overlap } from "./overlaps";

function bar(h: Holding): Bar {
  return {
    ...extent(h),
    how: "held",
    count: 1,
    id: h.session,
    vagueFrom: h.from === null,
    vagueTo: h.to === null && h.ended_by !== "",
    by: h.by,
  };
}

/** One lane a guest, those that came first on top; above them when it was shared. */
export function holderLanes(holdings: Holding[], shared: Overlap[], unwatched: Unwatched[]): Fixed {
  const lanes = new Map<string, FixedLane>();
  for (const h of holdings) {
    let l = lanes.get(h.guest);
    if (!l) {
      l = { lane: { key: h.guest, uuid: h.uuid, name: h.name, node: h.node, running: false }, bars: [], marks: [] };
      lanes.set(h.guest, l);
    }
    const b = bar(h);
    l.bars.push(b);
    l.lane.running ||= b.to === Infinity;
  }
  for (const l of lanes.values()) {
    l.shared = shared.filter((o) => l.bars.some((b) => b.from < o.to && o.from < b.to));
  }
  return new Fixed([...lanes.values()], unwatchedOf(unwatched));
}

/** All the time in which it was held, with some room. */
export function reach(holdings: Holding[], now: number): Range {
  let [from, to] = [Infinity, 0];
  for (const h of holdings) {
    const e = extent(h);
    // 0: it is not known since when.
    from = Math.min(from, e.from > 0 ? e.from : e.to);
    to = Math.max(to, e.to === Infinity ? now : e.to);
  }
  if (!(from < Infinity)) from = to;
  const room = Math.max(1000, (to - from) * 0.04);
  return bounded({ from: from - room, to: to + room });
}
