// Where the marks of the time axis stand and what they say. Days, months and
// years follow the calendar of who looks; a day can have 23 hours.

export interface Tick {
  at: number;
  label: string;
}

export interface Axis {
  ticks: Tick[];
  /** What the labels leave out, from where on it holds: the day over its hours. */
  spans: Tick[];
}

type Unit = "ms" | "s" | "min" | "h" | "d" | "mon" | "y";

interface Step {
  unit: Unit;
  n: number;
  ms: number;
}

const day = 86_400_000;
const sizes: Record<Unit, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: day, mon: 30 * day, y: 365 * day };

const steps: Step[] = (
  [
    ["ms", [1, 2, 5, 10, 20, 50, 100, 200, 500]],
    ["s", [1, 2, 5, 10, 15, 30]],
    ["min", [1, 2, 5, 10, 15, 30]],
    ["h", [1, 2, 3, 6, 12]],
    ["d", [1, 2, 7]],
    ["mon", [1, 3, 6]],
    ["y", [1, 2, 5, 10, 20]],
  ] as [Unit, number[]][]
).flatMap(([unit, ns]) => ns.map((n) => ({ unit, n, ms: n * sizes[unit] })));

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (n: number): string => String(n).padStart(2, "0");

/** Marks of a range that is so many pixels wide, no closer than gap pixels. */
export function axis(from: number, to: number, width: number, gap = 84): Axis {
  const least = ((to - from) / Math.max(width, 1)) * gap;
  const step = steps.find((s) => s.ms >= least) ?? steps[steps.length - 1]!;
  const ticks = moments(step, from, to).map((at) => ({ at, label: label(step.unit, at) }));
  return { ticks, spans: contexts(step.unit, from, to) };
}

function moments(step: Step, from: number, to: number): number[] {
  const all: number[] = [];
  for (let at = floor(step, from); at <= to && all.length < 500; at = next(step, at)) {
    if (at >= from) all.push(at);
  }
  return all;
}

/** The last mark at or before a moment. */
function floor(step: Step, at: number): number {
  const d = new Date(at);
  const [y, m] = [d.getFullYear(), d.getMonth()];
  switch (step.unit) {
    case "y":
      return new Date(y - (y % step.n), 0, 1).getTime();
    case "mon":
      return new Date(y, m - (m % step.n), 1).getTime();
    case "d":
      return new Date(y, m, 1 + Math.floor((d.getDate() - 1) / step.n) * step.n).getTime();
    case "h":
      return new Date(y, m, d.getDate(), d.getHours() - (d.getHours() % step.n)).getTime();
    default: {
      const zone = d.getTimezoneOffset() * 60_000;
      return Math.floor((at - zone) / step.ms) * step.ms + zone;
    }
  }
}

function next(step: Step, at: number): number {
  const d = new Date(at);
  const [y, m, date] = [d.getFullYear(), d.getMonth(), d.getDate()];
  switch (step.unit) {
    case "y":
      return new Date(y + step.n, 0, 1).getTime();
    case "mon":
      return new Date(y, m + step.n, 1).getTime();
    case "d": {
      // Weeks begin anew with each month, so that no mark stands beside the 1st.
      const after = new Date(y, m, date + step.n);
      return after.getMonth() === m && after.getDate() <= 29 ? after.getTime() : new Date(y, m + 1, 1).getTime();
    }
    case "h": {
      const after = new Date(y, m, date, d.getHours() + step.n).getTime();
      return after > at ? after : at + step.ms;
    }
    default:
      return at + step.ms;
  }
}

function label(unit: Unit, at: number): string {
  const d = new Date(at);
  switch (unit) {
    case "y":
      return String(d.getFullYear());
    case "mon":
      return months[d.getMonth()]!;
    case "d":
      return String(d.getDate());
    case "h":
    case "min":
      return `${two(d.getHours())}:${two(d.getMinutes())}`;
    case "s":
      return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
    default:
      return `${two(d.getSeconds())}.${String(d.getMilliseconds()).padStart(3, "0")}`;
  }
}

/** The larger unit that labels of a unit leave out, once for each in view. */
function contexts(unit: Unit, from: number, to: number): Tick[] {
  const outer: Step | undefined = {
    ms: { unit: "min", n: 1, ms: sizes.min } as Step,
    s: { unit: "d", n: 1, ms: day } as Step,
    min: { unit: "d", n: 1, ms: day } as Step,
    h: { unit: "d", n: 1, ms: day } as Step,
    d: { unit: "mon", n: 1, ms: sizes.mon } as Step,
    mon: { unit: "y", n: 1, ms: sizes.y } as Step,
    y: undefined,
  }[unit];
  if (!outer) return [];
  const all: Tick[] = [];
  for (let at = floor(outer, from); at <= to && all.length < 500; at = next(outer, at)) {
    all.push({ at, label: context(outer.unit, at) });
  }
  return all;
}

function context(unit: Unit, at: number): string {
  const d = new Date(at);
  const date = `${d.getDate()} ${months[d.getMonth()]!} ${d.getFullYear()}`;
  switch (unit) {
    case "y":
      return String(d.getFullYear());
    case "mon":
      return `${months[d.getMonth()]!} ${d.getFullYear()}`;
    case "d":
      return date;
    default:
      return `${date} ${two(d.getHours())}:${two(d.getMinutes())}`;
  }
}
