// The chart as a part of a view: its canvas, scroll bar, tip, and what a screen
// reader is told of it.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Chart } from "./chart";
import type { Hit } from "./hit";
import type { Source } from "./source";
import { Tip } from "./Tip";
import type { Range } from "./viewport";
import { describe } from "./words";

export interface ChartProps {
  source: Source;
  /** Counts up when the source has something new. */
  version: number;
  range: Range;
  label: string;
  now: () => number;
  at?: number | undefined;
  selected?: number | undefined;
  opens?: boolean;
  onRange: (r: Range) => void;
  onPick: (h: Hit) => void;
  onToggle?: (index: number) => void;
}

export function ChartView(props: ChartProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const moved = useRef(new WeakSet<Range>());
  const latest = useRef(props);
  latest.current = props;
  const [tip, setTip] = useState<{ hit: Hit; x: number; y: number }>();
  const [focus, setFocus] = useState(-1);

  useLayoutEffect(() => {
    const p = latest.current;
    const c = new Chart(
      canvas.current!,
      bar.current!,
      p.source,
      p.range,
      {
        range: (r) => {
          moved.current.add(r);
          latest.current.onRange(r);
        },
        toggle: (i) => latest.current.onToggle?.(i),
        pick: (h) => latest.current.onPick(h),
        hover: (hit, x, y) => setTip(hit && (hit.bar || hit.mark || hit.unwatched || hit.name) ? { hit, x, y } : undefined),
        focus: setFocus,
      },
      { opens: p.opens ?? false, now: () => latest.current.now(), label: p.label },
    );
    chart.current = c;
    return () => c.close();
  }, []);
  useEffect(() => chart.current?.show(props.source), [props.source, props.version]);
  useEffect(() => {
    // A range of its own comes back late: the hand has moved on by then.
    if (!moved.current.has(props.range)) chart.current?.look(props.range);
  }, [props.range]);
  useEffect(() => chart.current?.mark(props.at, props.selected), [props.at, props.selected]);

  return (
    <div class="chart">
      <canvas ref={canvas} tabIndex={0} role="application" aria-roledescription="timeline" aria-label={props.label} aria-describedby="chart-keys" />
      <div class="chart-bar" ref={bar} tabIndex={-1}>
        <div />
      </div>
      <p id="chart-keys" class="unseen">
        Arrow keys move in time and between guests, plus and minus zoom, Space opens a guest, Enter shows it, N and P go from session to
        session. The table shows the same as text.
      </p>
      <p class="unseen" role="status">
        {focus >= 0 && describe(props.source, focus)}
      </p>
      {tip && <Tip {...tip} now={props.now()} />}
    </div>
  );
}
