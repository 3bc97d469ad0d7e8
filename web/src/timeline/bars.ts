// Bars and marks. How a session ended shows in form as well as in colour: not
// everybody sees the colours.
import type { Ink } from "./ink";
import type { Bar, Mark, Unwatched } from "./model";
import { x as place, type Range } from "./viewport";

export interface Pen {
  ctx: CanvasRenderingContext2D;
  ink: Ink;
  range: Range;
  /** Where time begins and ends, in pixels. */
  left: number;
  width: number;
  now: number;
  /** The session that is picked. */
  selected?: number | undefined;
}

// What is shorter is drawn this wide all the same: a start that failed in 20 ms
// is what somebody looks for.
const least = 3;

/** The pixels of a bar that are in view, or nothing. */
export function extent(p: Pen, bar: Bar): { x0: number; x1: number; cutLeft: boolean; cutRight: boolean } | undefined {
  const to = bar.to === Infinity ? Math.max(p.now, bar.from) : bar.to;
  if (to < p.range.from || bar.from > p.range.to) return undefined;
  const a = place(p.range, p.width, bar.from);
  const b = Math.max(place(p.range, p.width, to), a + least);
  const cutLeft = a < 0;
  const cutRight = b > p.width;
  return { x0: p.left + Math.max(a, 0), x1: p.left + Math.min(b, p.width), cutLeft, cutRight };
}

/** Draws a lane's bars between two heights. */
export function drawBars(p: Pen, bars: Bar[], y: number, h: number): void {
  for (const bar of bars) drawBar(p, bar, y, h);
}

function drawBar(p: Pen, bar: Bar, y: number, h: number): void {
  const e = extent(p, bar);
  if (!e) return;
  const { ctx, ink } = p;
  const w = Math.max(e.x1 - e.x0, least);
  const colour = ink[bar.how];
  if (bar.how === "failed" || bar.how === "attempt") return cross(p, e.x0, y, w, h, colour);
  ctx.fillStyle = colour;
  if (bar.how === "starting") {
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.5;
    ctx.strokeRect(e.x0 + 0.75, y + 0.75, Math.max(w - 1.5, 1), h - 1.5);
  } else if (w < 5) ctx.fillRect(e.x0, y, w, h);
  else {
    ctx.globalAlpha = bar.by ? 0.55 : 1;
    ctx.fillRect(e.x0, y, w, h);
    ctx.globalAlpha = 1;
    ends(p, bar, e, y, h, colour);
  }
  if (bar.id !== undefined && bar.id === p.selected) {
    ctx.strokeStyle = ink.ink;
    ctx.lineWidth = 2;
    ctx.strokeRect(e.x0 - 1, y - 1, w + 2, h + 2);
  }
  if (bar.count > 1 && w > 34) counted(p, bar.count, e.x0, w, y, h);
}

/** How a bar begins and ends, where that is in view. */
function ends(p: Pen, bar: Bar, e: { x0: number; x1: number; cutLeft: boolean; cutRight: boolean }, y: number, h: number, colour: string): void {
  const { ctx, ink } = p;
  const w = e.x1 - e.x0;
  if (bar.vagueFrom && !e.cutLeft) torn(ctx, ink.surface, e.x0, y, h, 1);
  if (e.cutRight) return;
  if (bar.how === "running" && bar.to === Infinity) {
    ctx.beginPath();
    ctx.moveTo(e.x1, y);
    ctx.lineTo(e.x1 + h / 2, y + h / 2);
    ctx.lineTo(e.x1, y + h);
    ctx.fillStyle = colour;
    ctx.fill();
  } else if (bar.how === "lost" || bar.vagueTo) torn(ctx, ink.surface, e.x1, y, h, -1);
  else if (bar.how === "closed" && w > 7) {
    ctx.fillStyle = ink.ink;
    ctx.globalAlpha = 0.55;
    ctx.fillRect(e.x1 - 2, y, 2, h);
    ctx.globalAlpha = 1;
  }
}

/** A torn edge: it is not known when exactly. */
function torn(ctx: CanvasRenderingContext2D, paper: string, x: number, y: number, h: number, way: 1 | -1): void {
  const teeth = 3;
  ctx.fillStyle = paper;
  ctx.beginPath();
  ctx.moveTo(x - way, y);
  for (let i = 0; i < teeth; i++) {
    ctx.lineTo(x + way * 4, y + (h / teeth) * (i + 0.5));
    ctx.lineTo(x - way, y + (h / teeth) * (i + 1));
  }
  ctx.fill();
}

/** What failed was never held: an empty frame, crossed out. */
function cross(p: Pen, x: number, y: number, w: number, h: number, colour: string): void {
  const { ctx } = p;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5;
  const s = h / 2 - 1;
  if (w > h + 4) ctx.strokeRect(x + 0.75, y + 0.75, w - 1.5, h - 1.5);
  const cx = w > h + 4 ? x + h / 2 + 1 : x + w / 2;
  const cy = y + h / 2;
  ctx.beginPath();
  ctx.moveTo(cx - s, cy - s);
  ctx.lineTo(cx + s, cy + s);
  ctx.moveTo(cx + s, cy - s);
  ctx.lineTo(cx - s, cy + s);
  ctx.stroke();
}

function counted(p: Pen, count: number, x: number, w: number, y: number, h: number): void {
  const { ctx, ink } = p;
  ctx.fillStyle = ink.surface;
  ctx.font = `600 10px ${ink.font}`;
  ctx.textAlign = "center";
  ctx.fillText(`×${count}`, x + w / 2, y + h / 2 + 0.5);
  ctx.textAlign = "left";
}

/** Draws a lane's marks on its lower edge: triangles for findings, crosses for attempts. */
export function drawMarks(p: Pen, marks: Mark[], y: number, h: number): void {
  const { ctx, ink, range } = p;
  for (const m of marks) {
    if (m.at < range.from || m.at > range.to) continue;
    const x = p.left + place(range, p.width, m.at);
    if (m.kind === "attempt") {
      cross(p, x - 3, y + h - 8, 6, 8, ink.attempt);
      continue;
    }
    const s = m.kind === "critical" ? 6 : 5;
    ctx.beginPath();
    if (m.kind === "info") ctx.arc(x, y + h - 5, 3, 0, 2 * Math.PI);
    else {
      ctx.moveTo(x, y + h - 2 - s * 1.7);
      ctx.lineTo(x + s, y + h - 2);
      ctx.lineTo(x - s, y + h - 2);
      ctx.closePath();
    }
    ctx.lineWidth = 2;
    ctx.strokeStyle = ink.surface;
    ctx.stroke();
    ctx.fillStyle = ink[m.kind];
    ctx.fill();
  }
}

/** Hatches times in which nobody watched. */
export function drawUnwatched(p: Pen, spans: readonly Unwatched[], node: string | undefined, y: number, h: number): void {
  const { ctx, ink, range } = p;
  for (const s of spans) {
    if (node !== undefined && s.node !== node) continue;
    if (s.to < range.from || s.from > range.to) continue;
    const a = Math.max(0, place(range, p.width, s.from));
    const b = Math.min(p.width, Math.max(place(range, p.width, Math.min(s.to, p.now)), a + 2));
    // Too narrow for a pattern, it is still to be seen.
    ctx.fillStyle = b - a < 6 || !ink.hatch ? ink.unwatched : ink.hatch;
    ctx.fillRect(p.left + a, y, b - a, h);
  }
}

/** Underlines times in which others held the same. */
export function drawShared(p: Pen, spans: { from: number; to: number }[], y: number, h: number): void {
  const { ctx, ink, range } = p;
  ctx.fillStyle = ink.warning;
  for (const s of spans) {
    if (s.to < range.from || s.from > range.to) continue;
    const a = Math.max(0, place(range, p.width, s.from));
    const b = Math.min(p.width, Math.max(place(range, p.width, Math.min(s.to, p.now)), a + 2));
    ctx.fillRect(p.left + a, y, b - a, h);
  }
}
