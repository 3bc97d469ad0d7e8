// The service's answers, as its OpenAPI file has them. Times are Moments, in the
// timeline milliseconds.

export interface Moment {
  time: string;
  ms: number;
  event?: string;
}

export type State = "starting" | "running" | "closed" | "failed" | "lost";
export type Severity = "info" | "warning" | "critical";
export type Witness = "log" | "libvirt" | "qmp" | "proc";

export interface Unwatched {
  node: string;
  source?: string;
  from: Moment;
  to: Moment | null;
  text?: string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
  unwatched: Unwatched[];
  total?: number;
}

export interface Resource {
  kind: string;
  id: string;
  sub?: string;
}

export interface Proof {
  fact?: number;
  node?: string;
  event?: string;
}

export interface Guest {
  id: string;
  node: string;
  uuid: string;
  name: string;
  virt: string;
  running: boolean;
  state: State;
  sessions: number;
  session: number;
  first: Moment | null;
  last: Moment | null;
  lane: number;
}

export interface Session {
  id: number;
  guest: string;
  node: string;
  uuid: string;
  name: string;
  virt: string;
  number: number;
  state: State;
  start: Moment | null;
  start_reason: string;
  end: Moment | null;
  end_reason: string;
  end_after: Moment | null;
  end_before: Moment | null;
  first: Moment | null;
  last: Moment | null;
  pid: number | null;
  init_pid?: number;
  by?: Witness;
  out_of_order?: boolean;
}

export interface Holding {
  session: number;
  guest: string;
  node: string;
  uuid: string;
  name: string;
  kind: string;
  id: string;
  sub?: string;
  op: string;
  from: Moment | null;
  from_after?: Moment | null;
  to: Moment | null;
  to_after?: Moment | null;
  to_before?: Moment | null;
  ended_by: string;
  unproven?: boolean;
  marks?: string[];
  by?: Witness;
  also?: Witness[];
  certainty?: "yes" | "uncertain";
  doubt?: string;
  proof: Proof[];
}

export interface Attempt extends Resource {
  op: string;
  at: Moment | null;
}

export interface SessionDetail {
  session: Session;
  labels: { model: string; process: string; image: string; at: Moment | null }[];
  holdings: Holding[];
  values: { kind: string; value: number; from: Moment | null }[];
  permissions: { class: string; path: string; acl: string; allow: boolean; from: Moment | null; to: Moment | null }[];
  attempts: Attempt[];
  proof: Proof[];
  unwatched: Unwatched[];
}

export interface GuestDetail {
  guest: Guest;
  session: SessionDetail | null;
  findings: Record<Severity, number>;
  unwatched: Unwatched[];
}

export interface Finding {
  id: string;
  kind: string;
  severity: Severity;
  node: string;
  guest: string | null;
  uuid: string;
  name: string;
  session?: number;
  others?: number[];
  at: Moment | null;
  until: Moment | null;
  resource: Resource | null;
  count: number;
  text: string;
  by?: Witness;
  proof: Proof[];
}

export interface Field {
  part: "kernel" | "message" | "libaudit" | "auditd";
  name: string;
  raw: string;
  raw_hex?: string;
  value: string | number | null;
  value_hex?: string;
  encoding?: string;
  doc?: string;
  unit?: string;
  partial?: boolean;
}

export interface Fact {
  seq: number;
  kind: "record" | "observation" | "watch" | "tick" | "intent";
  node: string;
  source: string;
  at: Moment | null;
  settled: boolean;
  text: string;
  text_hex?: string;
  line?: string;
  record?: { type: string; kind: string | null; doc?: string; result: string | null; marks: string[]; fields: Field[] };
  observation?: Record<string, unknown>;
  problem?: string;
}

export interface FindingDetail {
  finding: Finding;
  sessions: Session[];
  facts: Fact[];
  left_out: number;
  unwatched: Unwatched[];
}

export interface Thing {
  kind: string;
  id?: string;
  sub?: string;
  value?: number;
  silent?: boolean;
  names?: string[];
  detail?: Record<string, string>;
}

export interface DefinitionRow {
  fact: number;
  witness: Witness;
  source: string;
  what: "seen" | "changed" | "gone" | "told" | "failed";
  at: Moment;
  after: Moment | null;
  state: string;
  text: boolean;
  things: { kind: string; before: Thing | null; after: Thing | null }[];
  changes: { path: string; before: string | null; after: string | null }[];
  changes_left_out: number;
  problem?: string;
}

export interface Definition {
  fact: number;
  witness: Witness;
  source: string;
  at: Moment;
  unchanged_until: Moment;
  text: string | null;
  things: Thing[];
  unwatched: Unwatched[];
}

export interface Witnesses {
  at: Moment;
  witnesses: {
    witness: Witness;
    source: string;
    at: Moment | null;
    fact: number;
    what: string;
    state: string;
    partial: string[];
    problem?: string;
  }[];
  rows: {
    kind: string;
    id: string;
    sub?: string;
    says: Partial<Record<Witness, number>>;
    silent?: boolean;
    names?: string[];
    agree: boolean;
  }[];
  unwatched: Unwatched[];
}

export interface RNGDevice {
  backend: string;
  source: string;
  remote: boolean;
  rate?: string;
  model?: string;
  since: Moment | null;
  by: Witness[];
  fact?: number;
}

export interface RNGGuest {
  guest: string;
  node: string;
  uuid: string;
  name: string;
  session: number;
  entropy: "none" | "local" | "remote" | "unknown";
  devices: RNGDevice[];
}

export interface RNG extends Page<RNGGuest> {
  at: Moment;
  shared: { source: string; backend: string; guests: string[] }[];
}

export interface FoundResource extends Resource {
  count: number;
  resource: string;
}

export interface Found {
  guests: Guest[];
  resources: FoundResource[];
  more: boolean;
}

export interface Span {
  from: number;
  to: number | null;
  n: number;
  session?: number;
  begin_unknown?: boolean;
  end_after?: number;
  by?: Witness;
}

export interface TimelineLane {
  lane: number;
  guest: string;
  node: string;
  uuid: string;
  name: string;
  running: boolean;
  bars: (Span & { state: State })[];
  marks: { at: number; type: "attempt" | "finding"; n: number; severity?: Severity; id?: string; label?: string }[];
  groups?: { kind: string; rows: { id: string; sub?: string; bars: Span[] }[]; left_out: number }[];
}

export interface Timeline {
  from: number;
  to: number;
  resolution: number;
  total: number;
  first: number;
  version: string;
  begin: number | null;
  end: number | null;
  now: number;
  lanes: TimelineLane[];
  unwatched: Unwatched[];
}

export interface Source {
  name: string;
  witness: Witness;
  state: "up" | "down" | "starting" | "missing";
  since: Moment | null;
  seen?: Moment | null;
  lag_ms: number | null;
  problem?: string;
  records: number;
  observations: number;
  lost: number;
}

export interface Status {
  version: string;
  node: string;
  now: Moment;
  started: Moment;
  ready: boolean;
  reasons: string[];
  sources: Source[];
  store: { path: string; bytes: number; facts: number; schema: number; full: boolean };
  emit: string;
  running: number;
  warnings: string[];
  demo: boolean;
}

export interface Kinds {
  findings: { kind: string; severity: Severity; doc: string }[];
  resources: string[];
}

export interface Change {
  sessions: Session[];
  merged: number[];
  findings: Finding[];
  dropped: string[];
}
