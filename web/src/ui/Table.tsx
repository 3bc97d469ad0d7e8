// A table of any length, of which only the rows in view are in the page. It is a
// real table, so that screen readers can walk it.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Col<T> {
  name: string;
  /** In pixels; the one without takes what is left. */
  width?: number;
  /** The cell; the first column's holds the row's link. */
  cell: (row: T) => ComponentChildren;
  /** For numbers. */
  right?: boolean;
}

export interface TableProps<T> {
  label: string;
  cols: Col<T>[];
  rows: T[];
  id: (row: T, place: number) => string | number;
  selected?: string | number | undefined;
  tone?: (row: T) => string | undefined;
  /** There are more rows than these. */
  more?: boolean;
  grow?: () => void;
  /** Where the page starts over in the list, as another one is shown. */
  of?: string;
}

const height = 28;
const spare = 16;

export function Table<T>(props: TableProps<T>): JSX.Element {
  const { rows, cols, more = false, grow } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const measure = (): void => {
    const b = box.current;
    if (b) setView((was) => (was.top === b.scrollTop && was.height === b.clientHeight ? was : { top: b.scrollTop, height: b.clientHeight }));
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    measure();
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    box.current!.scrollTop = 0;
  }, [props.of]);
  const first = Math.max(0, Math.floor(view.top / height) - spare);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / height) + spare);
  useEffect(() => {
    if (more && last > rows.length - 40) grow?.();
  });
  const fixed = cols.reduce((sum, c) => sum + (c.width ?? 220), 0);
  return (
    <div class="table" ref={box} onScroll={measure} onKeyDown={(e) => walk(e, box.current!)} tabIndex={0} role="region" aria-label={`${props.label}, scrolling`}>
      <table aria-label={props.label} aria-rowcount={more ? -1 : rows.length + 1} style={{ minWidth: `${fixed}px` }}>
        <colgroup>
          {cols.map((c) => (
            <col key={c.name} style={c.width ? { width: `${c.width}px` } : {}} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {cols.map((c) => (
              <th key={c.name} scope="col" class={c.right ? "right" : undefined}>
                {c.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} />
          {rows.slice(first, last).map((row, i) => (
            <tr
              key={props.id(row, first + i)}
              aria-rowindex={first + i + 2}
              data-row={first + i}
              class={[props.tone?.(row), props.selected === props.id(row, first + i) ? "selected" : ""].filter(Boolean).join(" ") || undefined}
            >
              {cols.map((c, n) => (n === 0 ? <th key={c.name} scope="row">{c.cell(row)}</th> : <td key={c.name} class={c.right ? "right" : undefined}>{c.cell(row)}</td>))}
            </tr>
          ))}
          <Gap rows={rows.length - last} />
        </tbody>
      </table>
    </div>
  );
}

/** The room of rows that are not there. */
function Gap({ rows }: { rows: number }): JSX.Element | null {
  return rows > 0 ? <tr aria-hidden="true" class="gap" style={{ height: `${rows * height}px` }} /> : null;
}

/** Arrow keys go from row to row by their first links. */
function walk(e: KeyboardEvent, box: HTMLElement): void {
  const way = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  const row = (e.target as HTMLElement).closest<HTMLElement>("tr[data-row]");
  if (!way || !row) return;
  const next = box.querySelector<HTMLElement>(`tr[data-row="${Number(row.dataset["row"]) + way}"]`);
  const link = next?.querySelector<HTMLElement>("a, button");
  if (!next || !link) return;
  e.preventDefault();
  link.focus({ preventScroll: true });
  // Not below the head, and not at the very edge.
  if (next.offsetTop < box.scrollTop + 2 * height) box.scrollTop = next.offsetTop - 2 * height;
  const bottom = next.offsetTop + 2 * height;
  if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
