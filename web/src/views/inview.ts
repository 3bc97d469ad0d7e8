// Which holdings of a resource its chart shows: all, or where they are too many
// those of the time that is looked at.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { now } from "../lib/clock";
import { useList, useLoad, type List } from "../lib/load";
import type { Holding, Page } from "../lib/types";
import type { Range } from "../timeline/viewport";
import { reach } from "./holders";

// As many holdings as are charted before somebody asks for more.
const step = 2000;

const size = 1000;
// A view that moves is loaded when it rests.
const rest = 300;

export interface InView {
  rows: Holding[];
  range: Range;
  look: (r: Range) => void;
  /** There are more in view than are charted: those that began after this moment. */
  cut: number | undefined;
  /** Charts so many more. */
  grow: () => void;
  step: number;
  loading: boolean;
}

function begin(h: Holding | undefined): number {
  return h?.from?.ms ?? h?.from_after?.ms ?? 0;
}

function lacks(list: List<Holding>, most: number): boolean {
  return list.more && list.rows.length < most && !list.failure;
}

function fill(list: List<Holding>, most: number): void {
  if (lacks(list, most) && !list.loading) list.grow();
}

/** list has the resource's holdings from the first on. */
export function useInView(resource: string, list: List<Holding>): InView {
  const [range, look] = useState<Range>();
  const [rested, setRested] = useState<Range>();
  const [most, setMost] = useState(step);
  useEffect(() => {
    if (!range) return;
    const timer = setTimeout(() => setRested(range), rest);
    return () => clearTimeout(timer);
  }, [range]);
  const many = list.more && list.rows.length >= most;
  const last = useLoad<Page<Holding>>(many ? "/holdings" : undefined, { resource, order: "newest", limit: 1 }).value;
  const near = useList<Holding>(many && rested ? "/holdings" : undefined, { resource, from: rested && Math.floor(rested.from), to: rested && Math.ceil(rested.to) }, size);
  useEffect(() => {
    fill(list, most);
    fill(near, most);
  });
  const shown = useHeld(many && rested ? near : list);
  const all = useMemo(() => reach(last ? [...list.rows.slice(0, step), ...last.items] : list.rows, now()), [list.rows, last]);
  const rows = useMemo(() => (shown.rows.length > most ? shown.rows.slice(0, most) : shown.rows), [shown.rows, most]);
  return {
    rows,
    range: range ?? all,
    look,
    cut: shown.more || shown.rows.length > rows.length ? begin(rows[rows.length - 1]) : undefined,
    grow: () => setMost(rows.length + step),
    step,
    // Between two pages too: what is added is added to all of them.
    loading: list.loading || lacks(list, most) || (many && rested !== undefined && (near.loading || lacks(near, most))),
  };
}

/** What was there stays until the next is. */
function useHeld(list: List<Holding>): { rows: Holding[]; more: boolean } {
  const held = useRef({ rows: list.rows, more: list.more });
  if (!list.loading || list.rows.length > 0) held.current = { rows: list.rows, more: list.more };
  return held.current;
}
