// One frame of the chart: axis, lanes in view, now-line. It draws what it is
// given and asks nobody.
import { axis, type Axis } from "./axis";
import { drawBars, drawMarks, drawShared, drawUnwatched, type Pen } from "./bars";
import { laneHeight, rowHeight } from "./layout";
import { drawNames } from "./names";
import { axisHeight, type Scene } from "./scene";
import { x as place } from "./viewport";

const barHeight = 12;

export function paint(s: Scene): void {
  const { ctx, ink } = s;
  const plot = s.width - s.gutter;
  const pen: Pen = { ctx, ink, range: s.range, left: s.gutter, width: plot, now: s.now, selected: s.selected };
  const marks = axis(s.range.from, s.range.to, plot);
  ctx.textBaseline = "middle";
  ctx.fillStyle = ink.surface;
  ctx.fillRect(0, 0, s.width, s.height);
  ctx.save();
  clip(ctx, 0, axisHeight, s.width, s.height - axisHeight);
  const first = s.layout.at(s.scroll);
  const last = s.layout.at(s.scroll + s.height - axisHeight);
  if (first >= 0) stripes(s, first, last);
  grid(s, marks);
  if (first >= 0) lanes(s, pen, first, last);
  ctx.restore();
  overlays(s);
  drawAxis(s, marks);
}

function clip(ctx: CanvasRenderingContext2D, x: number, y: number, w: number, h: number): void {
  ctx.beginPath();
  ctx.rect(x, y, w, h);
  ctx.clip();
}

/** The ground of the lanes: which one is meant shows before anything is drawn on it. */
function stripes(s: Scene, first: number, last: number): void {
  const { ctx, ink } = s;
  for (let i = first; i <= last; i++) {
    const y = top(s, i);
    const h = s.layout.heightOf(i);
    if (i === s.hover || (i === s.focus && s.focused)) {
      ctx.fillStyle = ink.select;
      ctx.fillRect(0, y, s.width, laneHeight);
    }
    if (h > laneHeight) {
      ctx.fillStyle = ink.raised;
      ctx.fillRect(0, y + laneHeight, s.width, h - laneHeight);
    }
    ctx.fillStyle = ink.line;
    ctx.fillRect(0, y + h - 1, s.width, 1);
  }
}

function grid(s: Scene, marks: Axis): void {
  const { ctx, ink } = s;
  ctx.fillStyle = ink.line;
  for (const t of marks.ticks) ctx.fillRect(Math.round(s.gutter + place(s.range, s.width - s.gutter, t.at)), axisHeight, 1, s.height);
  ctx.fillStyle = ink["line-strong"];
  for (const t of marks.spans) {
    const x = Math.round(s.gutter + place(s.range, s.width - s.gutter, t.at));
    if (x >= s.gutter) ctx.fillRect(x, axisHeight, 1, s.height);
  }
}

const top = (s: Scene, i: number): number => Math.round(axisHeight + s.layout.top(i) - s.scroll);

function lanes(s: Scene, pen: Pen, first: number, last: number): void {
  const { ctx } = s;
  ctx.save();
  clip(ctx, s.gutter, axisHeight, s.width - s.gutter, s.height);
  const unwatched = s.source.unwatched;
  for (let i = first; i <= last; i++) {
    const y = top(s, i);
    const lane = s.source.lane(i);
    if (lane && unwatched.length > 0) drawUnwatched(pen, unwatched, lane.node, y, s.layout.heightOf(i) - 1);
    const content = s.source.content(i);
    if (!content) {
      waiting(s, y);
      continue;
    }
    drawBars(pen, content.bars, y + 4, barHeight);
    drawShared(pen, content.shared ?? [], y + 4 + barHeight, 4);
    drawMarks(pen, content.marks, y, laneHeight);
    s.source.rows(i).forEach((row, n) => {
      const ry = y + laneHeight + n * rowHeight;
      if (ry > s.height || ry < axisHeight - rowHeight) return;
      drawBars(pen, row.bars, ry + 4, rowHeight - 8);
    });
  }
  ctx.restore();
  for (let i = first; i <= last; i++) drawNames(s, i, top(s, i));
}

function waiting(s: Scene, y: number): void {
  const { ctx, ink } = s;
  ctx.fillStyle = ink.line;
  ctx.fillRect(s.gutter, y + laneHeight / 2 - 1, s.width - s.gutter, 2);
}

/** Lines across all lanes: now, the picked moment, the span that is being picked. */
function overlays(s: Scene): void {
  const { ctx, ink } = s;
  const plot = s.width - s.gutter;
  ctx.save();
  clip(ctx, s.gutter, 0, plot, s.height);
  if (s.picking) {
    ctx.globalAlpha = 0.18;
    ctx.fillStyle = ink.accent;
    ctx.fillRect(Math.min(s.picking.from, s.picking.to), 0, Math.abs(s.picking.to - s.picking.from), s.height);
    ctx.globalAlpha = 1;
  }
  const now = s.gutter + place(s.range, plot, s.now);
  if (now < s.width) {
    // What is to come is no time without guests.
    ctx.globalAlpha = 0.5;
    ctx.fillStyle = ink.bg;
    ctx.fillRect(now + 8, axisHeight, s.width, s.height);
    ctx.globalAlpha = 1;
    ctx.fillStyle = ink.now;
    ctx.fillRect(Math.round(now), 22, 1, s.height);
  }
  if (s.at !== undefined) {
    const x = Math.round(s.gutter + place(s.range, plot, s.at));
    ctx.fillStyle = ink.accent;
    ctx.fillRect(x - 1, 20, 2, s.height);
    ctx.beginPath();
    ctx.moveTo(x - 6, 20);
    ctx.lineTo(x + 6, 20);
    ctx.lineTo(x, 28);
    ctx.fill();
  }
  ctx.restore();
  ctx.fillStyle = ink["line-strong"];
  ctx.fillRect(s.gutter - 1, 0, 1, s.height);
}

function drawAxis(s: Scene, marks: Axis): void {
  const { ctx, ink } = s;
  const plot = s.width - s.gutter;
  ctx.save();
  clip(ctx, s.gutter, 0, plot, axisHeight);
  ctx.fillStyle = ink.muted;
  ctx.font = `11px ${ink.font}`;
  ctx.textAlign = "center";
  for (const t of marks.ticks) {
    const x = place(s.range, plot, t.at);
    const half = ctx.measureText(t.label).width / 2;
    // Half a label says another time.
    if (x >= half && x <= plot - half) ctx.fillText(t.label, s.gutter + x, 30);
  }
  ctx.textAlign = "left";
  ctx.fillStyle = ink.ink;
  ctx.font = `600 11px ${ink.font}`;
  contexts(s, marks);
  ctx.restore();
  ctx.fillStyle = ink["line-strong"];
  ctx.fillRect(0, axisHeight - 1, s.width, 1);
}

/** Days over hours and so on; the one that began before the view sticks to its edge. */
function contexts(s: Scene, marks: Axis): void {
  const { ctx } = s;
  const plot = s.width - s.gutter;
  let taken = -Infinity;
  marks.spans.forEach((t, i) => {
    const next = marks.spans[i + 1];
    const end = next ? place(s.range, plot, next.at) : Infinity;
    const w = ctx.measureText(t.label).width;
    const x = Math.min(Math.max(place(s.range, plot, t.at), 0), Math.max(end - w - 12, place(s.range, plot, t.at)));
    if (x + 5 < taken) return;
    ctx.fillText(t.label, s.gutter + x + 5, 11);
    taken = x + 5 + w + 10;
  });
}
