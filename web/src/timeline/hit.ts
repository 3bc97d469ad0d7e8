// What is under a point of the chart.
import { extent, type Pen } from "./bars";
import { laneHeight, rowHeight } from "./layout";
import type { Bar, Lane, Mark, Row, Unwatched } from "./model";
import { axisHeight, type Scene } from "./scene";
import { at, x as place } from "./viewport";

export interface Hit {
  index: number;
  lane: Lane | undefined;
  /** On the lanes' names rather than on time. */
  name: boolean;
  time: number;
  row?: Row | undefined;
  bar?: Bar | undefined;
  mark?: Mark | undefined;
  unwatched?: Unwatched | undefined;
}

// Marks are small, and pointers are not exact.
const reach = 6;

/** Undefined on the axis and below the last lane. */
export function hit(s: Scene, px: number, py: number): Hit | undefined {
  const y = py - axisHeight + s.scroll;
  if (py < axisHeight || y > s.layout.height) return undefined;
  const index = s.layout.at(y);
  if (index < 0) return undefined;
  const plot = s.width - s.gutter;
  const found: Hit = { index, lane: s.source.lane(index), name: px < s.gutter, time: at(s.range, plot, px - s.gutter) };
  const below = y - s.layout.top(index) - laneHeight;
  if (below >= 0) found.row = s.source.rows(index)[Math.floor(below / rowHeight)];
  if (found.name) return found;
  const content = s.source.content(index);
  const pen: Pen = { ctx: s.ctx, ink: s.ink, range: s.range, left: s.gutter, width: plot, now: s.now };
  if (below < 0) {
    found.mark = nearest(s, content?.marks ?? [], px);
    found.bar = under(pen, content?.bars ?? [], px);
  } else found.bar = under(pen, found.row?.bars ?? [], px);
  found.unwatched = s.source.unwatched.find((u) => u.node === found.lane?.node && u.from <= found.time && found.time <= u.to);
  return found;
}

function nearest(s: Scene, marks: Mark[], px: number): Mark | undefined {
  let best: Mark | undefined;
  let distance = reach;
  for (const m of marks) {
    const d = Math.abs(s.gutter + place(s.range, s.width - s.gutter, m.at) - px);
    if (d <= distance) [best, distance] = [m, d];
  }
  return best;
}

/** The last one that is drawn there, as it is on top. */
function under(pen: Pen, bars: Bar[], px: number): Bar | undefined {
  for (let i = bars.length - 1; i >= 0; i--) {
    const e = extent(pen, bars[i]!);
    if (e && px >= e.x0 - 2 && px <= e.x1 + 2) return bars[i];
  }
  return undefined;
}
