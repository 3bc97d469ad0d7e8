// Who held a thing, and when.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { all, type Query } from "../lib/api";
import { now } from "../lib/clock";
import { useList, useLoad } from "../lib/load";
import { address, changed, go, type Route } from "../lib/route";
import { ago, local, span } from "../lib/time";
import type { Holding, Page } from "../lib/types";
import { guestURL, resourceURL } from "../lib/urls";
import { ChartView } from "../timeline/ChartView";
import { By } from "../ui/Badge";
import { Export, most } from "../ui/Export";
import { Link } from "../ui/Link";
import { MomentField } from "../ui/MomentField";
import { Empty, Loading, Problem } from "../ui/Notice";
import { Table, type Col } from "../ui/Table";
import { Stale } from "../ui/Stale";
import { TextField } from "../ui/TextField";
import { Time } from "../ui/Time";
import { holdingColumns } from "./columns";
import { holderLanes } from "./holders";
import { useInView, type InView } from "./inview";
import { overlaps, type Overlap } from "./overlaps";
import { Unwatched } from "./Unwatched";

const begin = (h: Holding): JSX.Element =>
  h.from ? <Time at={h.from} /> : <span class="muted">before the log{h.from_after && <> (after <Time at={h.from_after} />)</>}</span>;

function finish(h: Holding): JSX.Element {
  if (h.to) return <Time at={h.to} />;
  if (h.to_before) return <>before <Time at={h.to_before} /></>;
  return <span class="muted">{h.ended_by === "" ? "holds" : "unknown"}</span>;
}

function doubt(h: Holding): JSX.Element | string {
  if (h.certainty === "uncertain") return <span class="is-warning">{h.doubt ?? "uncertain"}</span>;
  return h.unproven ? <span class="is-warning">outcome not in the log</span> : (h.certainty ?? "");
}

export const holdingCols: Col<Holding>[] = [
  { name: "Guest", width: 200, cell: (h) => <Link to={guestURL(h.guest, h.from?.ms)}>{h.name || h.uuid}</Link> },
  { name: "As", width: 76, cell: (h) => h.kind },
  { name: "From", width: 212, cell: begin },
  { name: "To", width: 212, cell: finish },
  { name: "Ended by", width: 90, cell: (h) => h.ended_by },
  { name: "Certain", width: 150, cell: doubt },
  { name: "Shown by", width: 150, cell: (h) => <By by={h.by} also={h.also} /> },
  { name: "Resource", cell: (h) => <span class="mono">{h.sub ? `${h.id} (${h.sub})` : h.id}</span> },
];

export function ResourceView({ route }: { route: Route }): JSX.Element {
  const r = route.query.get("r") ?? "";
  return (
    <div class="view">
      <Asking route={route} />
      {r === "" ? <Ask /> : <Held key={r} route={route} resource={r} />}
    </div>
  );
}

function Asking({ route }: { route: Route }): JSX.Element {
  const q = route.query;
  const at = q.has("at") ? Number(q.get("at")) : undefined;
  const query = queryOf(q);
  return (
    <div class="bar" role="group" aria-label="Resource">
      <TextField label="Resource" wide value={q.get("r") ?? ""} placeholder="/dev/hwrng, 0000:03:00.0, 52:54:00:…, disk:/path" onPick={(v) => go(address("/resource", { r: v, at }))} />
      <MomentField label="Who held it at" value={at} placeholder="any time" onPick={(ms) => go(changed({ at: ms }))} />
      <button type="button" onClick={() => go(changed({ at: now() }))}>now</button>
      {at !== undefined && <button type="button" onClick={() => go(changed({ at: undefined }))}>any time</button>}
      <span class="push" />
      {q.get("r") && <Export name="holdings" columns={holdingColumns} rows={() => all<Holding>("/holdings", query, most)} />}
    </div>
  );
}

function queryOf(q: URLSearchParams): Query {
  return { resource: q.get("r") ?? "", at: q.get("at") ?? undefined };
}

function Ask(): JSX.Element {
  const examples = ["/dev/hwrng", "/dev/urandom", "rng:/dev/random"];
  return (
    <Empty title="Which resource?">
      <p>
        Type a path, a PCI or USB address, a MAC, or kind:identity above, as <code>virtaudit who</code> takes it; the search in the head
        completes what the trail knows. For example:
      </p>
      <p>
        {examples.map((e) => (
          <span key={e}>
            <Link class="mono" to={resourceURL(e)}>{e}</Link>{" "}
          </span>
        ))}
      </p>
    </Empty>
  );
}

function Held({ route, resource }: { route: Route; resource: string }): JSX.Element {
  const at = route.query.has("at") ? Number(route.query.get("at")) : undefined;
  const list = useList<Holding>("/holdings", { resource }, 1000);
  const then = useLoad<Page<Holding>>(at === undefined ? undefined : "/holdings", { resource, at, limit: 1000 });
  const view = useInView(resource, list);
  const shared = useMemo(() => overlaps(view.rows), [view.rows]);
  if (list.failure) return <Problem failure={list.failure} again={list.again} />;
  if (list.rows.length === 0) return list.loading ? <Loading what="its holders" /> : <Nobody resource={resource} />;
  const whole = !list.more && list.rows.length === view.rows.length;
  return (
    <>
      <Holders view={view} list={list} at={at} shared={shared} />
      <Unwatched spans={list.first?.unwatched ?? []} />
      {at !== undefined && <At at={at} failure={then.failure && <Problem failure={then.failure} again={then.again} />} page={then.value} />}
      {shared.length > 0 && <Shared shared={shared} whole={whole} />}
      <h2 class="over">All who held it{list.more ? `, the first ${list.rows.length.toLocaleString()}: more come as you scroll` : ` (${list.rows.length.toLocaleString()})`}</h2>
      <Stale list={list} />
      <Table label={`Holdings of ${resource}`} cols={holdingCols} rows={list.rows} id={(_, place) => place} more={list.more} grow={list.grow} of={resource} />
    </>
  );
}

function Nobody({ resource }: { resource: string }): JSX.Element {
  return (
    <Empty title="Nobody is known to have held it">
      <p>
        No record and no observation names <span class="mono">{resource}</span>. A path has to be the one that the guest was given: a link
        and what it points to are two. The search in the head shows what the trail knows by its first letters.
      </p>
    </Empty>
  );
}

function Holders({ view, list, at, shared }: { view: InView; list: ReturnType<typeof useList<Holding>>; at: number | undefined; shared: Overlap[] }): JSX.Element {
  const source = useMemo(() => holderLanes(view.rows, shared, list.first?.unwatched ?? []), [view.rows, shared]);
  return (
    <>
      <div class={`chart-box${source.count > 8 ? " tall" : ""}`} style={{ height: `${44 + Math.min(source.count, 12) * 24}px` }}>
        <ChartView
          source={source}
          version={view.rows.length}
          range={view.range}
          label={`Who held it, ${source.count} guests; a click picks a moment`}
          now={now}
          at={at}
          onRange={view.look}
          onPick={(h) => (h.name && h.lane ? go(guestURL(h.lane.key, at)) : go(changed({ at: Math.round(h.time) })))}
        />
      </div>
      {view.cut !== undefined && <Cut view={view} cut={view.cut} />}
    </>
  );
}

/** Says what the chart leaves out, and how to have it. */
function Cut({ view, cut }: { view: InView; cut: number }): JSX.Element {
  return (
    <p class="told" role="status">
      <span>
        The chart has the first {view.rows.length.toLocaleString()} holdings of the time that it shows, those that began until <Time at={cut} />.
        Look closer for those of a shorter time, or
      </span>
      <button type="button" disabled={view.loading} onClick={view.grow}>
        {view.loading ? "reading…" : `add ${view.step.toLocaleString()} more`}
      </button>
    </p>
  );
}

/** Equal holdings of one guest as one, with how many they are; the doubtful apart. */
function byGuest(items: Holding[]): { h: Holding; n: number }[] {
  const all = new Map<string, { h: Holding; n: number }>();
  for (const h of items) {
    const key = JSON.stringify([h.guest, h.kind, h.certainty, h.doubt]);
    const held = all.get(key);
    if (held) held.n++;
    else all.set(key, { h, n: 1 });
  }
  return [...all.values()];
}

function At({ at, page, failure }: { at: number; page: Page<Holding> | undefined; failure: JSX.Element | undefined }): JSX.Element {
  return (
    <section class="at" aria-live="polite">
      <h2>
        Who held it at <Time at={at} precise={at % 1000 !== 0} /> <span class="muted">{ago(at, now())}</span>
      </h2>
      {failure}
      {page && page.items.length === 0 && <p>Nobody{page.unwatched.length > 0 ? " that is known: it was not watched then." : "."}</p>}
      {page && (
        <ul class="holders">
          {byGuest(page.items).slice(0, 50).map(({ h, n }) => (
            <li key={JSON.stringify([h.guest, h.kind, h.certainty, h.doubt])}>
              <Link to={guestURL(h.guest, at)}>{h.name || h.uuid}</Link> <span class="muted">as {h.kind}{n > 1 && ` ×${n}`}</span> {h.certainty === "uncertain" && <span class="is-warning">not certain: {h.doubt}</span>}{" "}
              <By by={h.by} also={h.also} />
            </li>
          ))}
          {(page.items.length > 50 || page.next !== null) && <li class="muted">and more: the table below has all</li>}
        </ul>
      )}
    </section>
  );
}

function Shared({ shared, whole }: { shared: Overlap[]; whole: boolean }): JSX.Element {
  return (
    <details class="overlaps" open={shared.length <= 6}>
      <summary>
        Held by more than one guest at once{shared.length > 1 && `, ${shared.length.toLocaleString()} times`}
        {!whole && ", among those that the chart shows"}
      </summary>
      <ul>
        {shared.slice(0, 200).map((o) => (
          <li key={o.from}>
            <Link to={changed({ at: Math.round(o.from) })} title={`${local(o.from)}: who they were`}>
              {o.guests} guests
            </Link>{" "}
            from <Time at={o.from} /> {o.to === Infinity ? "until now" : <>for {span(o.to - o.from)}</>}
          </li>
        ))}
      </ul>
    </details>
  );
}
