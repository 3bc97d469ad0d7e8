// The names at the left of the lanes. Text that is too long is cut, of a path its
// begin: its end tells more.
import { laneHeight, rowHeight } from "./layout";
import type { Lane, Row } from "./model";
import { axisHeight, type Scene } from "./scene";

/** Writes a lane's name, and those of its rows when it is open. */
export function drawNames(s: Scene, i: number, y: number): void {
  const { ctx, ink, gutter } = s;
  const lane = s.source.lane(i);
  const open = s.source.opened.has(i);
  if (i === s.focus && s.focused) {
    ctx.fillStyle = ink.accent;
    ctx.fillRect(0, y, 3, laneHeight - 1);
  }
  if (!lane) {
    ctx.fillStyle = ink.line;
    ctx.fillRect(26, y + laneHeight / 2 - 3, gutter / 2, 6);
    return;
  }
  if (s.opens) chevron(ctx, ink.muted, 13, y + laneHeight / 2, open);
  const left = s.opens ? 24 : 10;
  dot(s, lane, left + 3, y + laneHeight / 2);
  ctx.fillStyle = lane.running ? ink.ink : ink.muted;
  ctx.font = `${lane.running ? 600 : 400} 12.5px ${ink.font}`;
  ctx.fillText(fitted(ctx, lane.name || lane.uuid || "(no name)", gutter - left - 18), left + 12, y + laneHeight / 2 + 0.5);
  if (!open) return;
  s.source.rows(i).forEach((row, n) => rowName(s, row, y + laneHeight + n * rowHeight));
}

/** Filled while the guest runs, a ring afterwards. */
function dot(s: Scene, lane: Lane, x: number, y: number): void {
  const { ctx, ink } = s;
  ctx.beginPath();
  ctx.arc(x, y, 3, 0, 2 * Math.PI);
  if (lane.running) {
    ctx.fillStyle = ink.running;
    ctx.fill();
    return;
  }
  ctx.strokeStyle = ink.muted;
  ctx.lineWidth = 1;
  ctx.stroke();
}

function chevron(ctx: CanvasRenderingContext2D, colour: string, x: number, y: number, open: boolean): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  if (open) {
    ctx.moveTo(x - 4, y - 2);
    ctx.lineTo(x, y + 2);
    ctx.lineTo(x + 4, y - 2);
  } else {
    ctx.moveTo(x - 2, y - 4);
    ctx.lineTo(x + 2, y);
    ctx.lineTo(x - 2, y + 4);
  }
  ctx.stroke();
}

const kindWidth = 62;

function rowName(s: Scene, row: Row, y: number): void {
  if (y > s.height || y < axisHeight - rowHeight) return;
  const { ctx, ink, gutter } = s;
  if (row.group !== "") {
    ctx.fillStyle = ink.line;
    if (y > axisHeight) ctx.fillRect(24, y, s.width, 1);
    ctx.fillStyle = ink.muted;
    ctx.font = `600 10.5px ${ink.font}`;
    ctx.fillText(fitted(ctx, row.group, kindWidth - 6), 26, y + rowHeight / 2 + 0.5);
  }
  ctx.fillStyle = row.id === "" ? ink.muted : ink.ink;
  ctx.font = `11px ${ink.mono}`;
  ctx.fillText(fittedEnd(ctx, row.label, gutter - 26 - kindWidth - 8), 26 + kindWidth, y + rowHeight / 2 + 0.5);
}

const fits = new Map<string, string>();

/** Text cut to a width. Measuring is slow, and the same names come every frame. */
function cut(ctx: CanvasRenderingContext2D, text: string, width: number, piece: (n: number) => string): string {
  const key = `${Math.round(width)}|${ctx.font}|${text}`;
  const known = fits.get(key);
  if (known !== undefined) return known;
  let [low, high] = [0, Math.min(text.length, 200)];
  let best = "…";
  if (text.length <= 200 && ctx.measureText(text).width <= width) best = text;
  else {
    while (low <= high) {
      const n = (low + high) >> 1;
      if (ctx.measureText(piece(n)).width <= width) {
        best = piece(n);
        low = n + 1;
      } else high = n - 1;
    }
  }
  if (fits.size > 4000) fits.clear();
  fits.set(key, best);
  return best;
}

const fitted = (ctx: CanvasRenderingContext2D, text: string, width: number): string => cut(ctx, text, width, (n) => `${text.slice(0, n)}…`);

/** Of a path the end tells more. */
const fittedEnd = (ctx: CanvasRenderingContext2D, text: string, width: number): string =>
  cut(ctx, text, width, (n) => `…${n === 0 ? "" : text.slice(-n)}`);
