// What the pointer is over.
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { local } from "../lib/time";
import type { Hit } from "./hit";
import { hows, marked, period } from "./words";

export function Tip({ hit, x, y, now }: { hit: Hit; x: number; y: number; now: number }): JSX.Element {
  const el = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const t = el.current;
    const room = t?.parentElement;
    if (!t || !room) return;
    t.style.left = `${Math.max(4, Math.min(x + 14, room.clientWidth - t.offsetWidth - 8))}px`;
    t.style.top = `${y + 18 + t.offsetHeight > room.clientHeight ? y - t.offsetHeight - 10 : y + 18}px`;
  });
  const { lane, bar, mark, row, unwatched } = hit;
  return (
    <div class="tip" ref={el} aria-hidden="true">
      {lane && <strong>{lane.name || lane.uuid}</strong>}
      {lane && hit.name && !row && (
        <span>
          {lane.uuid}
          {lane.node && ` on ${lane.node}`}
        </span>
      )}
      {row?.id && (
        <span class="mono">
          {row.kind} {row.label}
        </span>
      )}
      {mark && (
        <span class={`is-${mark.kind}`}>
          {marked(mark)} · {local(mark.at, true)}
        </span>
      )}
      {bar && (
        <span>
          {bar.count > 1 ? `${bar.count}, click to look closer` : hows[bar.how]}
          {bar.by && `, shown by ${bar.by} alone`}
        </span>
      )}
      {bar && <span>{period(bar, now)}</span>}
      {unwatched && (
        <span>
          nobody watched ({unwatched.source}){unwatched.text && `: ${unwatched.text}`}
        </span>
      )}
    </div>
  );
}
