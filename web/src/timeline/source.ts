// What the chart asks of whoever has the lanes.
import type { Content, Lane, Row, Unwatched } from "./model";
import type { Range } from "./viewport";

export interface Source {
  readonly count: number;
  readonly unwatched: readonly Unwatched[];
  /** Rows below each opened lane, by its place. */
  readonly opened: ReadonlyMap<number, number>;
  lane(index: number): Lane | undefined;
  content(index: number): Content | undefined;
  rows(index: number): readonly Row[];
  /** Told before each frame: what is in view, so that it can be loaded. */
  look(range: Range, width: number, first: number, last: number): void;
}
