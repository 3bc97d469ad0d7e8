// The colours of the chart. They stand in the style sheet, with those of the
// page, so that light and dark are told in one place.

const names = [
  "bg", "surface", "raised", "line", "line-strong", "ink", "muted", "accent",
  "running", "closed", "lost", "failed", "starting", "held", "mixed",
  "info", "warning", "critical", "attempt", "unwatched", "now", "select",
] as const;

export type Ink = Record<(typeof names)[number], string> & { font: string; mono: string; hatch: CanvasPattern | null };

/** Reads the colours that hold now. */
export function ink(el: HTMLElement, ctx: CanvasRenderingContext2D): Ink {
  const style = getComputedStyle(el);
  const all = {} as Ink;
  for (const name of names) all[name] = style.getPropertyValue(`--${name}`).trim();
  all.font = style.fontFamily;
  all.mono = style.getPropertyValue("--mono").trim();
  all.hatch = hatch(ctx, all.unwatched);
  return all;
}

/** Slanted lines: what is not known must not look like what is. */
function hatch(ctx: CanvasRenderingContext2D, colour: string): CanvasPattern | null {
  const size = 8;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const t = tile.getContext("2d");
  if (!t) return null;
  t.strokeStyle = colour;
  t.lineWidth = 1.2;
  t.beginPath();
  for (const shift of [-size, 0, size]) {
    t.moveTo(shift - 1, size + 1);
    t.lineTo(shift + size + 1, -1);
  }
  t.stroke();
  return ctx.createPattern(tile, "repeat");
}
