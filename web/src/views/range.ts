// Which part of time a view begins with, and what its address says of it. Pure.
import type { Query } from "../lib/api";
import { bounded, type Range } from "../timeline/viewport";

export interface Bounds {
  /** The first moment of the trail; null: it is empty. */
  begin: number | null;
  end: number;
}

const day = 86_400_000;

/** The range of an address, if it has one. */
export function asked(q: URLSearchParams, b: Bounds, now: number): Range | undefined {
  const last = Number(q.get("last"));
  if (last > 0) return follows(last, now);
  const from = q.get("from");
  const to = q.get("to");
  if (from === null && to === null) return undefined;
  const until = to === null ? b.end : Number(to);
  const since = from === null ? until - day : Number(from);
  return Number.isFinite(since) && Number.isFinite(until) && since < until ? bounded({ from: since, to: until }) : undefined;
}

/** The last so many milliseconds, with some room for what comes. */
export function follows(last: number, now: number): Range {
  return bounded({ from: now - last, to: now + last * 0.04 });
}

/** All of the trail. */
export function whole(b: Bounds): Range {
  const begin = b.begin ?? b.end - day;
  const room = Math.max(1000, (b.end - begin) * 0.03);
  return bounded({ from: begin - room, to: b.end + room });
}

/** Whether something of the trail was so lately that now belongs into view. */
function alive(b: Bounds, now: number): boolean {
  return now - b.end < 2 * day || (b.begin !== null && now - b.end < (b.end - b.begin) / 2);
}

/** What is shown where the address names no time: a trail that is alive up to now, of a long one the last week; all of another. */
export function first(b: Bounds, now: number): Range {
  if (!alive(b, now)) return whole(b);
  if (b.begin !== null && now - b.begin > 7 * day) return follows(7 * day, now);
  return whole({ ...b, end: Math.max(b.end, now) });
}

/** The range that goes with the clock: that of last=, or the first one of a trail that is alive. */
export function following(q: URLSearchParams, b: Bounds, now: number): Range | undefined {
  const last = Number(q.get("last"));
  if (last > 0) return follows(last, now);
  return !q.has("from") && !q.has("to") && alive(b, now) ? first(b, now) : undefined;
}

/** Which lanes are shown. */
export function laneFilter(q: URLSearchParams): Query {
  return { prefix: q.get("prefix") ?? undefined, running: q.get("running") === "true" ? true : undefined };
}
