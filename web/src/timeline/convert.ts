// The service's lanes as the chart draws them.
import type { Severity, Span, TimelineLane, Unwatched as Told } from "../lib/types";
import type { Bar, Content, How, Lane, Mark, Row, Unwatched } from "./model";

export function laneOf(t: TimelineLane): Lane {
  return { key: t.guest, uuid: t.uuid, name: t.name, node: t.node, running: t.running };
}

function bar(s: Span, how: How): Bar {
  return {
    from: s.from,
    to: s.to ?? Infinity,
    how,
    count: s.n,
    id: s.session,
    vagueFrom: s.begin_unknown,
    vagueTo: s.end_after !== undefined,
    by: s.by,
  };
}

export function contentOf(t: TimelineLane): Content {
  return { bars: t.bars.map((b) => bar(b, b.state)), marks: t.marks.map(mark) };
}

const severity = (s: Severity | undefined): Severity => s ?? "info";

function mark(m: TimelineLane["marks"][number]): Mark {
  return { at: m.at, kind: m.type === "attempt" ? "attempt" : severity(m.severity), count: m.n, id: m.id, note: m.label };
}

/** The rows below an open lane, kind by kind. */
export function rowsOf(t: TimelineLane): Row[] {
  const rows: Row[] = [];
  for (const g of t.groups ?? []) {
    g.rows.forEach((r, i) => {
      rows.push({
        group: i === 0 ? g.kind : "",
        groupCount: g.rows.length + g.left_out,
        label: r.sub ? `${r.id} (${r.sub})` : r.id,
        bars: r.bars.map((b) => bar(b, "held")),
        kind: g.kind,
        id: r.id,
      });
    });
    if (g.left_out > 0) {
      rows.push({ group: "", groupCount: 0, label: `and ${g.left_out} more: look closer`, bars: [], kind: "", id: "" });
    }
  }
  if (rows.length === 0) rows.push({ group: "", groupCount: 0, label: "held nothing in this time", bars: [], kind: "", id: "" });
  return rows;
}

export function unwatchedOf(told: Told[]): Unwatched[] {
  return told.map((u) => ({
    node: u.node,
    source: u.source ?? "log",
    from: u.from.ms,
    to: u.to?.ms ?? Infinity,
    text: u.text ?? "",
  }));
}
