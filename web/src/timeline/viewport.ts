// Which part of time is looked at, and how moving and zooming change it. Pure.

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The closest and the widest look: ten milliseconds and sixty years. */
export const closest = 10;
export const widest = 60 * 365.25 * 86_400_000;

// Outside of these a Date is no date, and no audit record is from there.
const first = Date.UTC(1970, 0, 1);
const last = Date.UTC(2100, 0, 1);

/** Keeps a range within what can be looked at, its middle as it was. */
export function bounded(r: Range): Range {
  const size = Math.min(Math.max(r.to - r.from, closest), widest);
  const middle = (r.from + r.to) / 2;
  const from = Math.min(Math.max(middle - size / 2, first), last - size);
  return { from, to: from + size };
}

/** Moves by a share of what is seen: 1 is a whole screen towards later. */
export function moved(r: Range, share: number): Range {
  const by = (r.to - r.from) * share;
  return bounded({ from: r.from + by, to: r.to + by });
}

/** Zooms so that the moment under the pointer stays there; a factor under 1 is closer. */
export function zoomed(r: Range, factor: number, at: number): Range {
  const size = r.to - r.from;
  const wanted = Math.min(Math.max(size * factor, closest), widest);
  const share = (at - r.from) / size;
  const from = at - share * wanted;
  return bounded({ from, to: from + wanted });
}

/** A moment's place in a width of pixels. */
export function x(r: Range, width: number, at: number): number {
  return ((at - r.from) / (r.to - r.from)) * width;
}

/** The moment at a place. */
export function at(r: Range, width: number, px: number): number {
  return r.from + (px / Math.max(width, 1)) * (r.to - r.from);
}
