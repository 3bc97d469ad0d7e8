// The times in which nobody watched, told wherever an answer spans one.
import type { JSX } from "preact";
import type { Unwatched as Span } from "../lib/types";
import { Time } from "../ui/Time";

export function Unwatched({ spans }: { spans: Span[] }): JSX.Element | null {
  if (spans.length === 0) return null;
  return (
    <details class="unwatched">
      <summary>
        {spans.length === 1 ? "Once" : `${spans.length} times`} within this time nobody watched: what happened then may be missing.
      </summary>
      <ul>
        {spans.slice(0, 100).map((s, i) => (
          <li key={i}>
            <strong>{s.source ?? "log"}</strong> on {s.node}: <Time at={s.from} /> to {s.to ? <Time at={s.to} /> : "now"}
            {s.text && <span class="muted"> {s.text}</span>}
          </li>
        ))}
        {spans.length > 100 && <li class="muted">and {spans.length - 100} more</li>}
      </ul>
    </details>
  );
}
