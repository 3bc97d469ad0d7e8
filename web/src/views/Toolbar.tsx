// What can be done with the timeline, above it.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { all } from "../lib/api";
import { address, changed, go, settle, type Route } from "../lib/route";
import { local, span, utc } from "../lib/time";
import type { Session } from "../lib/types";
import type { Lanes } from "../timeline/lanes";
import { moved, zoomed, type Range } from "../timeline/viewport";
import { Export, most } from "../ui/Export";
import { Link } from "../ui/Link";
import { MomentField } from "../ui/MomentField";
import { sessionColumns } from "./columns";
import { whole, type Bounds } from "./range";

const day = 86_400_000;
const lasts: [string, number][] = [
  ["1 h", 3_600_000],
  ["1 d", day],
  ["1 w", 7 * day],
  ["30 d", 30 * day],
  ["1 y", 365 * day],
];

export interface ToolbarProps {
  range: Range;
  bounds: Bounds;
  route: Route;
  onRange: (r: Range) => void;
  lanes: Lanes;
}

export function Toolbar({ range, bounds, route, onRange, lanes }: ToolbarProps): JSX.Element {
  const middle = (range.from + range.to) / 2;
  const last = route.query.get("last");
  const precise = range.to - range.from < 60_000;
  return (
    <div class="bar" role="group" aria-label="Timeline">
      <AsWhat route={route} range={range} />
      <GuestFilter route={route} count={lanes.count} />
      <span class="group" role="group" aria-label="Span">
        {lasts.map(([name, ms]) => (
          <button type="button" key={name} aria-pressed={last === String(ms)} title={`The last ${name}, going with the clock`} onClick={() => go(changed({ last: ms, from: undefined, to: undefined }))}>
            {name}
          </button>
        ))}
        <button type="button" title="All of the trail" onClick={() => onRange(whole(bounds))}>
          all
        </button>
      </span>
      <span class="group" role="group" aria-label="Move">
        <button type="button" aria-label="Earlier" onClick={() => onRange(moved(range, -0.5))}>‹</button>
        <button type="button" aria-label="Closer" onClick={() => onRange(zoomed(range, 0.5, middle))}>+</button>
        <button type="button" aria-label="Wider" onClick={() => onRange(zoomed(range, 2, middle))}>−</button>
        <button type="button" aria-label="Later" onClick={() => onRange(moved(range, 0.5))}>›</button>
      </span>
      <span class="range">
        <MomentField label="From" precise={precise} value={Math.round(range.from)} onPick={(ms) => ms !== undefined && ms < range.to && onRange({ from: ms, to: range.to })} />
        <MomentField label="to" precise={precise} value={Math.round(range.to)} onPick={(ms) => ms !== undefined && ms > range.from && onRange({ from: range.from, to: ms })} />
        <span class="muted" title={`${utc(range.from)} to ${utc(range.to)}`}>{span(range.to - range.from)}</span>
      </span>
      <span class="push" />
      <span class={`busy${lanes.loading ? " on" : ""}`} role="status" aria-label={lanes.loading ? "loading" : undefined} />
      <Export
        name={`sessions ${local(range.from)} to ${local(range.to)}`.replaceAll(":", "")}
        columns={sessionColumns}
        rows={() => all<Session>("/sessions", { from: Math.floor(range.from), to: Math.ceil(range.to), running: route.query.get("running") ?? undefined }, most)}
      />
    </div>
  );
}

/** The chart and its twin for those who rather read. */
export function AsWhat({ route, range }: { route: Route; range?: Range }): JSX.Element {
  const q: Record<string, string | number | undefined> = {};
  for (const key of ["from", "to", "last", "prefix", "running"]) q[key] = route.query.get(key) ?? undefined;
  if (range && q["last"] === undefined) Object.assign(q, { from: Math.floor(range.from), to: Math.ceil(range.to) });
  return (
    <nav class="group" aria-label="Show as">
      <Link to={address("/", q)} current={route.path === "/"}>Chart</Link>
      <Link to={address("/table", q)} current={route.path === "/table"}>Table</Link>
    </nav>
  );
}

/** Shows only guests whose name or uuid begins with what is typed, or that run. */
function GuestFilter({ route, count }: { route: Route; count: number }): JSX.Element {
  const prefix = route.query.get("prefix") ?? "";
  const [text, setText] = useState(prefix);
  const running = route.query.get("running") === "true";
  useEffect(() => setText(prefix), [prefix]);
  useEffect(() => {
    if (text === prefix) return;
    const timer = setTimeout(() => settle(changed({ prefix: text })), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <span class="group">
      <input
        class="filter"
        aria-label="Show guests whose name or uuid begins with"
        placeholder={`filter ${count.toLocaleString()} guests`}
        value={text}
        spellcheck={false}
        autocomplete="off"
        onInput={(e) => setText(e.currentTarget.value)}
      />
      <button type="button" aria-pressed={running} title="Only guests that run now" onClick={() => go(changed({ running: running ? undefined : "true" }))}>
        running
      </button>
    </span>
  );
}
