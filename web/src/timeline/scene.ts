// All that one frame of the chart shows.
import type { Ink } from "./ink";
import type { Layout } from "./layout";
import type { Source } from "./source";
import type { Range } from "./viewport";

/** The height of the time axis. */
export const axisHeight = 40;

export interface Scene {
  ctx: CanvasRenderingContext2D;
  ink: Ink;
  width: number;
  height: number;
  /** The width of the lanes' names. */
  gutter: number;
  range: Range;
  layout: Layout;
  scroll: number;
  source: Source;
  now: number;
  /** A moment that is picked. */
  at?: number | undefined;
  /** The lane that the keyboard is on; -1 for none. */
  focus: number;
  focused: boolean;
  hover: number;
  selected?: number | undefined;
  picking?: { from: number; to: number } | undefined;
  /** Whether lanes can be opened. */
  opens: boolean;
}
