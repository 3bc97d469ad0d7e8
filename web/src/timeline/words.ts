// What the chart shows, in words: for tips and for screen readers.
import { local, span } from "../lib/time";
import type { Bar, How, Mark } from "./model";
import type { Source } from "./source";

export const hows: Record<How, string> = {
  running: "runs",
  closed: "stopped",
  lost: "lost: ended without a record",
  failed: "start failed",
  starting: "start without a known outcome",
  held: "held",
  attempt: "failed attempt",
  mixed: "several",
};

/** When a bar began and ended, and how sure that is. */
export function period(b: Bar, now: number): string {
  const from = `${b.vagueFrom ? "before " : ""}${local(b.from)}`;
  if (b.to === Infinity) return `${from} until now (${span(Math.max(0, now - b.from))})`;
  return `${from} to ${b.vagueTo ? "before " : ""}${local(b.to)} (${b.vagueFrom ? "over " : ""}${span(b.to - b.from)})`;
}

export function marked(m: Mark): string {
  const what = m.kind === "attempt" ? "failed attempt" : `${m.kind} finding`;
  return m.count > 1 ? `${m.count} ${what}s` : `${what}${m.note ? `: ${m.note}` : ""}`;
}

/** A lane for a screen reader. */
export function describe(source: Source, index: number): string {
  const lane = source.lane(index);
  if (!lane) return source.count === 0 ? "no guests" : "loading";
  const content = source.content(index);
  const sessions = content?.bars.reduce((n, b) => n + b.count, 0) ?? 0;
  const marks = content?.marks.reduce((n, m) => n + m.count, 0) ?? 0;
  const parts = [
    `${lane.name || lane.uuid}, guest ${index + 1} of ${source.count}`,
    lane.running ? "running" : "not running",
    `${sessions} in view`,
  ];
  if (marks > 0) parts.push(marks === 1 ? "1 mark" : `${marks} marks`);
  if (source.opened.has(index)) {
    const held = source.rows(index).filter((r) => r.id !== "").length;
    parts.push("open", held === 1 ? "held 1 resource" : `held ${held} resources`);
  }
  return parts.join(", ");
}
