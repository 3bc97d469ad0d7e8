// When more than one guest held a thing. Pure.
import type { Holding } from "../lib/types";

export interface Overlap {
  from: number;
  to: number;
  guests: number;
}

/** Where a holding begins and ends, as far as it is known. */
export function extent(h: Holding): { from: number; to: number } {
  const from = h.from?.ms ?? h.from_after?.ms ?? 0;
  const to = h.to?.ms ?? h.to_before?.ms ?? (h.ended_by === "" ? Infinity : (h.to_after?.ms ?? from));
  return { from, to: Math.max(from, to) };
}

/** The times in which two or more guests held it, one after the other. */
export function overlaps(holdings: Holding[]): Overlap[] {
  const edges = holdings.flatMap((h) => {
    const { from, to } = extent(h);
    if (from === to) return []; // it was not held for any time
    return [
      { at: from, guest: h.guest, by: 1 },
      { at: to, guest: h.guest, by: -1 },
    ];
  });
  // What ends when another begins is no overlap.
  edges.sort((a, b) => (a.at === b.at ? a.by - b.by : a.at < b.at ? -1 : 1));
  const held = new Map<string, number>();
  const found: Overlap[] = [];
  let open: Overlap | undefined;
  for (const e of edges) {
    if (open && open.from < e.at) {
      found.push({ ...open, to: e.at });
      open = undefined;
    }
    const n = (held.get(e.guest) ?? 0) + e.by;
    if (n > 0) held.set(e.guest, n);
    else held.delete(e.guest);
    open = held.size > 1 ? { from: e.at, to: e.at, guests: held.size } : undefined;
  }
  return joined(found);
}

/** Neighbours with the same number of guests are one. */
function joined(all: Overlap[]): Overlap[] {
  const out: Overlap[] = [];
  for (const o of all) {
    const last = out[out.length - 1];
    if (last && last.to === o.from && last.guests === o.guests) last.to = o.to;
    else out.push({ ...o });
  }
  return out;
}
