// Moments on the page: the clock of who looks, UTC when they ask.
import type { JSX } from "preact";
import { local, utc } from "../lib/time";
import type { Moment } from "../lib/types";

/** A moment; precise shows milliseconds. */
export function Time({ at, precise = false }: { at: Moment | number | null | undefined; precise?: boolean }): JSX.Element {
  if (at === null || at === undefined) return <span class="muted">unknown</span>;
  const ms = typeof at === "number" ? at : at.ms;
  return (
    <time dateTime={new Date(ms).toISOString()} title={utc(ms)}>
      {local(ms, precise)}
    </time>
  );
}
