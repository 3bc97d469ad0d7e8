import type { Moment } from "../../src/lib/types";

/** A time as the service tells it. */
export function moment(ms: number): Moment {
  const whole = Math.floor(ms);
  return { time: new Date(whole).toISOString(), ms: whole, event: `${Math.floor(whole / 1000)}.${String(whole % 1000).padStart(3, "0")}:${1000 + (whole % 90000)}` };
}

/** Null where it is not known, or not yet. */
export function momentOrNull(ms: number | undefined): Moment | null {
  return ms === undefined || ms === Infinity ? null : moment(ms);
}
