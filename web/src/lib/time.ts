// Times as they are shown and typed. The trail counts milliseconds since 1970;
// people read their own clock, and see UTC beside it when they ask for it.

const two = (n: number): string => String(n).padStart(2, "0");

/** 2026-11-23 14:05:06, by the clock of who looks. */
export function local(ms: number, precise = false): string {
  const d = new Date(ms);
  const day = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  const clock = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  return precise ? `${day} ${clock}.${String(d.getMilliseconds()).padStart(3, "0")}` : `${day} ${clock}`;
}

/** The same moment for the title of what shows it. */
export function utc(ms: number): string {
  const d = new Date(ms);
  return Number.isNaN(d.getTime()) ? "" : d.toISOString().replace("T", " ").replace("Z", " UTC");
}

/** The name of the zone that local times are in. */
export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "local time";
}

const units: [number, string][] = [
  [365.25 * 86400e3, "y"],
  [86400e3, "d"],
  [3600e3, "h"],
  [60e3, "m"],
  [1e3, "s"],
];

/** A length of time in its two largest units: 3 d 4 h. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  for (let i = 0; i < units.length; i++) {
    const [size, name] = units[i]!;
    if (ms < size) continue;
    const whole = Math.floor(ms / size);
    const next = units[i + 1];
    const rest = next ? Math.floor((ms - whole * size) / next[0]) : 0;
    return next && rest > 0 ? `${whole} ${name} ${rest} ${next[1]}` : `${whole} ${name}`;
  }
  return "";
}

/** How long ago a moment is, in words. */
export function ago(ms: number, now: number): string {
  return ms > now ? `in ${span(ms - now)}` : `${span(now - ms)} ago`;
}

const shape = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?(Z)?$/;

/**
 * Reads a moment as it is typed: 2026-11-23, 2026-11-23 14:05, with seconds and
 * milliseconds, with Z for UTC, "now", or milliseconds since 1970 as addresses
 * hold them. Anything else is undefined: guessing would be worse.
 */
export function parse(text: string, now: number): number | undefined {
  const t = text.trim();
  if (t === "now") return now;
  if (/^\d{9,14}$/.test(t)) return Number(t);
  const m = shape.exec(t);
  if (!m) return undefined;
  const n = (i: number): number => Number(m[i] ?? 0);
  const millis = Number((m[7] ?? "0").padEnd(3, "0"));
  const parts = [n(1), n(2) - 1, n(3), n(4), n(5), n(6), millis] as const;
  const at = m[8] ? Date.UTC(...parts) : new Date(...parts).getTime();
  const back = new Date(at);
  // 31 February would silently be a day in March.
  const day = m[8] ? back.getUTCDate() : back.getDate();
  return Number.isNaN(at) || day !== n(3) ? undefined : at;
}
