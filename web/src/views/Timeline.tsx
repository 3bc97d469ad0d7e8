// The first page: all guests on one axis of time.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, part, type Failure } from "../lib/api";
import { learn, now } from "../lib/clock";
import { generation, onChange } from "../lib/live";
import { asFailure } from "../lib/load";
import { address, changed, decoded, go, settle, type Route } from "../lib/route";
import { useStore } from "../lib/store";
import type { Guest, Timeline as Answer } from "../lib/types";
import { guestURL, resourceName, resourceURL } from "../lib/urls";
import { ChartView } from "../timeline/ChartView";
import type { Hit } from "../timeline/hit";
import { Lanes } from "../timeline/lanes";
import { bounded, type Range } from "../timeline/viewport";
import { Empty, Loading, Problem } from "../ui/Notice";
import { Panel } from "./Panel";
import { asked, first, following, laneFilter, type Bounds } from "./range";
import { Toolbar } from "./Toolbar";

export function TimelineView({ route }: { route: Route }): JSX.Element {
  const { bounds, failure, again } = useBounds();
  if (failure) return <Problem failure={failure} again={again} />;
  if (!bounds) return <Loading what="the timeline" />;
  if (bounds.begin === null) return <Nothing />;
  return <Shown route={route} bounds={bounds} />;
}

function Nothing(): JSX.Element {
  return (
    <Empty title="The trail is empty">
      <p>
        No guest was seen yet, and no audit record of one was read. Start a guest, and it appears here by itself. If one runs already, see
        under <a href="/service">Service</a> which sources are watched; <code>virtaudit doctor</code> says why a host has no records.
      </p>
    </Empty>
  );
}

/** How far the trail reaches: asked once, without any lane. */
function useBounds(): { bounds: Bounds | undefined; failure: Failure | undefined; again: () => void } {
  const [bounds, set] = useState<Bounds>();
  const [failure, fail] = useState<Failure>();
  const [tries, setTries] = useState(0);
  const grown = useStore(generation);
  useEffect(() => {
    const stop = new AbortController();
    const load = (): void => {
      get<Answer>("/timeline", { count: 0 }, stop.signal).then(
        (t) => {
          fail(undefined);
          learn(t.now);
          set({ begin: t.begin, end: t.end ?? t.now });
        },
        (e: unknown) => {
          if (!stop.signal.aborted) fail(asFailure(e));
        },
      );
    };
    // An empty trail, or none, fills by itself; one that is there only grows.
    if (bounds === undefined || bounds.begin === null) load();
    else set({ ...bounds, end: Math.max(bounds.end, now()) });
    return () => stop.abort();
  }, [tries, grown]);
  return { bounds, failure: bounds ? undefined : failure, again: () => setTries((n) => n + 1) };
}

// The address follows the view when it rests, not at each step of a drag.
const settleAfter = 250;

function Shown({ route, bounds }: { route: Route; bounds: Bounds }): JSX.Element {
  const q = route.query;
  const filter = laneFilter(q);
  const [range, setRange] = useState<Range>(() => asked(q, bounds, now()) ?? first(bounds, now()));
  const [version, bump] = useState(0);
  const byHand = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const lanes = useMemo(() => new Lanes(filter, () => bump((n) => n + 1)), [JSON.stringify(filter)]);
  useEffect(() => {
    const off = onChange((change) => lanes.grown(change));
    return () => {
      off();
      lanes.close();
    };
  }, [lanes]);
  // Back, forward, and links bring another range. What only says where a hand
  // has moved the view must not: the hand may have moved on.
  useEffect(() => {
    if (route.told || timer.current !== undefined) return;
    byHand.current = false;
    setRange(asked(q, bounds, now()) ?? first(bounds, now()));
  }, [route]);
  useFollowing(() => (byHand.current ? undefined : following(q, bounds, now())), range, setRange);
  const open = (q.get("open") ?? "").split(",").filter(Boolean).map(decoded);
  useOpen(lanes, open);

  const move = (r: Range): void => {
    byHand.current = true;
    setRange(r);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      settle(changed({ from: Math.floor(r.from), to: Math.ceil(r.to), last: undefined }));
    }, settleAfter);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  /** A step of the history: what was seen before can be gone back to. */
  const jump = (r: Range): void => {
    const b = bounded(r);
    clearTimeout(timer.current);
    timer.current = undefined;
    setRange(b);
    go(changed({ from: Math.floor(b.from), to: Math.ceil(b.to), last: undefined }));
  };
  const toggle = (index: number): void => {
    const id = lanes.lane(index)?.key;
    if (id === undefined) return;
    const next = open.includes(id) ? open.filter((o) => o !== id) : [...open, id].slice(-20);
    go(changed({ open: next.map(encodeURIComponent).join(",") || undefined }));
  };
  const pick = (h: Hit): void => {
    if (h.mark?.id !== undefined && h.mark.count === 1) {
      go(changed(h.mark.kind === "attempt" ? { event: h.mark.id, session: undefined, finding: undefined } : { finding: h.mark.id, session: undefined, event: undefined }));
    } else if (h.mark && h.mark.count > 1) jump(around(h.mark.at, range, 0.05));
    else if (h.row?.id) go(resourceURL(resourceName(h.row.kind, h.row.id)));
    else if (h.bar?.id !== undefined) go(changed({ session: h.bar.id, finding: undefined, event: undefined }));
    else if (h.name && h.lane) go(guestURL(h.lane.key));
  };
  const session = q.get("session");
  return (
    <div class="timeline">
      <Toolbar range={range} bounds={bounds} route={route} onRange={jump} lanes={lanes} />
      <div class="split">
        <div class="stage">
          {lanes.failure && <Problem failure={lanes.failure} again={() => lanes.again()} />}
          {lanes.count === 0 && !lanes.loading && version > 0 && !lanes.failure && (
            <Empty title="No guest matches">
              <p>
                <a href={address("/", { from: q.get("from") ?? undefined, to: q.get("to") ?? undefined })}>Show all guests</a>
              </p>
            </Empty>
          )}
          <ChartView
            source={lanes}
            version={version}
            range={range}
            label={`Timeline of ${lanes.count} guests`}
            now={now}
            opens
            selected={session === null ? undefined : Number(session)}
            onRange={move}
            onPick={pick}
            onToggle={toggle}
          />
        </div>
        {(session ?? q.get("finding") ?? q.get("event")) !== null && (
          <Panel session={session} finding={q.get("finding")} event={q.get("event")} onClose={() => go(changed({ session: undefined, finding: undefined, event: undefined }))} />
        )}
      </div>
    </div>
  );
}

function around(at: number, r: Range, share: number): Range {
  const half = ((r.to - r.from) * share) / 2;
  return { from: at - half, to: at + half };
}

/** The view goes with the clock, not more often than it shows: a pixel of a wide screen at a time. */
function useFollowing(next: () => Range | undefined, range: Range, set: (r: Range) => void): void {
  const latest = useRef(next);
  latest.current = next;
  const pause = Math.max(1000, (range.to - range.from) / 2000);
  const often = 2 ** Math.round(Math.log2(pause)); // a range that grows is no other each time
  useEffect(() => {
    const timer = setInterval(() => {
      const r = latest.current();
      if (r) set(r);
    }, often);
    return () => clearInterval(timer);
  }, [often]);
}

/** Opens the lanes that the address names. Their places have to be asked for. */
function useOpen(lanes: Lanes, open: string[]): void {
  useEffect(() => {
    const stop = new AbortController();
    const place = async (id: string): Promise<{ id: string; index: number }> => {
      const known = lanes.placeOf(id);
      if (known !== undefined) return { id, index: known };
      try {
        const { guest } = await get<{ guest: Guest }>(`/guests/${part(id)}`, {}, stop.signal);
        return { id, index: guest.lane };
      } catch {
        return { id, index: -1 }; // gone by retention; all others open all the same
      }
    };
    void Promise.all(open.map(place)).then((list) => {
      if (!stop.signal.aborted) lanes.openOnly(list.filter((o) => o.index >= 0));
    });
    return () => stop.abort();
  }, [lanes, open.join(",")]);
}
