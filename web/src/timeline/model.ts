// What the chart draws. The service's answers are turned into this once, when
// they arrive, so that a frame only draws.

/** How a bar ended; mixed stands for several that are too close to tell apart. */
export type How = "running" | "closed" | "lost" | "failed" | "starting" | "held" | "attempt" | "mixed";

export interface Bar {
  from: number;
  /** Infinity while it lasts. */
  to: number;
  how: How;
  /** How many sessions or holdings it stands for. */
  count: number;
  /** The session or holding, where it stands for one. */
  id?: number | undefined;
  /** The begin or the end is not known to the moment. */
  vagueFrom?: boolean | undefined;
  vagueTo?: boolean | undefined;
  /** Who shows it where the log doesn't. */
  by?: string | undefined;
  note?: string | undefined;
}

export type MarkKind = "info" | "warning" | "critical" | "attempt";

export interface Mark {
  at: number;
  kind: MarkKind;
  count: number;
  id?: string | undefined;
  note?: string | undefined;
}

/** One resource below an opened lane. */
export interface Row {
  /** The kind, on the first row of its group only. */
  group: string;
  groupCount: number;
  label: string;
  bars: Bar[];
  kind: string;
  id: string;
}

export interface Lane {
  key: string;
  uuid: string;
  name: string;
  node: string;
  running: boolean;
}

/** What is known of a lane for the range in view. */
export interface Content {
  bars: Bar[];
  marks: Mark[];
  /** Times to be marked, in which it was shared with others. */
  shared?: { from: number; to: number }[] | undefined;
}

export interface Unwatched {
  from: number;
  to: number;
  node: string;
  source: string;
  text: string;
}
