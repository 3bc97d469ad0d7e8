// The columns of what is saved as CSV: named as virtaudit's own are.
import type { Column } from "../lib/export";
import type { DefinitionRow, Finding, Holding, Moment, RNGGuest, Session, Thing } from "../lib/types";

const time = (m: Moment | null | undefined): string => m?.time ?? "";

export const sessionColumns: Column<Session>[] = [
  { name: "node", value: (s) => s.node },
  { name: "uuid", value: (s) => s.uuid },
  { name: "name", value: (s) => s.name },
  { name: "virt", value: (s) => s.virt },
  { name: "session_number", value: (s) => s.number },
  { name: "state", value: (s) => s.state },
  { name: "start", value: (s) => time(s.start) },
  { name: "start_reason", value: (s) => s.start_reason },
  { name: "end", value: (s) => time(s.end) },
  { name: "end_reason", value: (s) => s.end_reason },
  { name: "end_after", value: (s) => time(s.end_after) },
  { name: "end_before", value: (s) => time(s.end_before) },
  { name: "pid", value: (s) => s.pid },
  { name: "by", value: (s) => s.by },
  { name: "session", value: (s) => s.id },
];

export const holdingColumns: Column<Holding>[] = [
  { name: "node", value: (h) => h.node },
  { name: "uuid", value: (h) => h.uuid },
  { name: "name", value: (h) => h.name },
  { name: "session", value: (h) => h.session },
  { name: "kind", value: (h) => h.kind },
  { name: "id", value: (h) => h.id },
  { name: "sub", value: (h) => h.sub },
  { name: "from", value: (h) => time(h.from) },
  { name: "from_after", value: (h) => time(h.from_after) },
  { name: "to", value: (h) => time(h.to) },
  { name: "to_after", value: (h) => time(h.to_after) },
  { name: "to_before", value: (h) => time(h.to_before) },
  { name: "ended_by", value: (h) => h.ended_by },
  { name: "certainty", value: (h) => h.certainty },
  { name: "doubt", value: (h) => h.doubt },
  { name: "by", value: (h) => [h.by ?? "log", ...(h.also ?? [])].join("; ") },
];

export const findingColumns: Column<Finding>[] = [
  { name: "id", value: (f) => f.id },
  { name: "kind", value: (f) => f.kind },
  { name: "severity", value: (f) => f.severity },
  { name: "node", value: (f) => f.node },
  { name: "uuid", value: (f) => f.uuid },
  { name: "name", value: (f) => f.name },
  { name: "time", value: (f) => time(f.at) },
  { name: "until", value: (f) => time(f.until) },
  { name: "resource_kind", value: (f) => f.resource?.kind },
  { name: "resource_id", value: (f) => f.resource?.id },
  { name: "count", value: (f) => f.count },
  { name: "text", value: (f) => f.text },
  { name: "proof", value: (f) => f.proof.map((p) => (p.fact !== undefined ? `fact ${p.fact}` : p.event)).join("; ") },
];

export const rngColumns: Column<RNGGuest>[] = [
  { name: "node", value: (g) => g.node },
  { name: "uuid", value: (g) => g.uuid },
  { name: "name", value: (g) => g.name },
  { name: "entropy", value: (g) => g.entropy },
  { name: "backend", value: (g) => g.devices.map((d) => d.backend).join("; ") },
  { name: "source", value: (g) => g.devices.map((d) => d.source).join("; ") },
  { name: "rate", value: (g) => g.devices.map((d) => d.rate ?? "").join("; ") },
  { name: "since", value: (g) => g.devices.map((d) => time(d.since)).join("; ") },
  { name: "by", value: (g) => g.devices.map((d) => d.by.join(" ")).join("; ") },
];

export const thingColumns: Column<Thing>[] = [
  { name: "kind", value: (t) => t.kind },
  { name: "id", value: (t) => t.id },
  { name: "sub", value: (t) => t.sub },
  { name: "value", value: (t) => t.value },
  { name: "detail", value: (t) => details(t) },
  { name: "silent", value: (t) => t.silent },
];

/** One change of a definition: what was before and after. */
export interface ChangeLine {
  at: string;
  witness: string;
  what: string;
  of: string;
  before: string | null;
  after: string | null;
  fact: number;
}

export const changeColumns: Column<ChangeLine>[] = [
  { name: "at", value: (c) => c.at },
  { name: "witness", value: (c) => c.witness },
  { name: "what", value: (c) => c.what },
  { name: "of", value: (c) => c.of },
  { name: "before", value: (c) => c.before },
  { name: "after", value: (c) => c.after },
  { name: "fact", value: (c) => c.fact },
];

export function changeLines(row: DefinitionRow): ChangeLine[] {
  const line = { at: row.at.time, witness: row.witness, what: row.what, fact: row.fact };
  return [
    ...row.things.map((c) => ({ ...line, of: c.kind, before: thingText(c.before), after: thingText(c.after) })),
    ...row.changes.map((c) => ({ ...line, of: c.path, before: c.before, after: c.after })),
  ];
}

function details(t: Thing): string {
  return Object.entries(t.detail ?? {}).map(([k, v]) => `${k}=${v}`).join("; ");
}

function thingText(t: Thing | null): string | null {
  return t && [t.id ?? t.value ?? "", t.sub ?? "", details(t)].filter((p) => p !== "").join(" ");
}
