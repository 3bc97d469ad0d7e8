// The table twin of the timeline: the same sessions, in rows.
import type { JSX } from "preact";
import { all } from "../lib/api";
import { now } from "../lib/clock";
import { newest } from "../lib/order";
import { useList } from "../lib/load";
import { changed, go, type Route } from "../lib/route";
import type { Session } from "../lib/types";
import { guestURL } from "../lib/urls";
import { By, StateBadge } from "../ui/Badge";
import { Export, most } from "../ui/Export";
import { Link } from "../ui/Link";
import { MomentField } from "../ui/MomentField";
import { Empty, Problem } from "../ui/Notice";
import { Stale } from "../ui/Stale";
import { Table, type Col } from "../ui/Table";
import { sessionColumns } from "./columns";
import { EndOf, lasted, StartOf } from "./SessionHead";
import { AsWhat } from "./Toolbar";
import { TextField } from "../ui/TextField";
import { Unwatched } from "./Unwatched";

const begin = (s: Session): number | undefined => (s.start ?? s.first)?.ms;

export const sessionCols: Col<Session>[] = [
  { name: "Guest", width: 220, cell: (s) => <Link to={guestURL(s.guest, begin(s))}>{s.name || s.uuid}</Link> },
  { name: "№", width: 48, right: true, cell: (s) => s.number },
  { name: "State", width: 110, cell: (s) => <StateBadge state={s.state} /> },
  { name: "Start", width: 212, cell: (s) => <StartOf session={s} /> },
  { name: "Why", width: 110, cell: (s) => s.start_reason },
  { name: "End", width: 212, cell: (s) => <EndOf session={s} /> },
  { name: "How", width: 150, cell: (s) => s.end_reason },
  { name: "Lasted", width: 130, right: true, cell: lasted },
  { name: "Shown by", width: 90, cell: (s) => <By by={s.by} /> },
  { name: "Host", cell: (s) => s.node },
];

function tail(ms: string | null): number | undefined {
  const n = Number(ms);
  return ms !== null && Number.isFinite(n) ? n : undefined;
}

export function SessionsView({ route }: { route: Route }): JSX.Element {
  const q = route.query;
  const last = Number(q.get("last"));
  const from = last > 0 ? Math.floor((now() - last) / 60_000) * 60_000 : tail(q.get("from"));
  const to = last > 0 ? undefined : tail(q.get("to"));
  const query = { from, to, running: q.get("running") ?? undefined, guest: q.get("guest") ?? undefined, ...newest };
  const list = useList<Session>("/sessions", query);
  return (
    <div class="view">
      <div class="bar" role="group" aria-label="Sessions">
        <AsWhat route={route} />
        <MomentField label="From" value={from} placeholder="the begin" onPick={(ms) => go(changed({ from: ms, last: undefined }))} />
        <MomentField label="to" value={to} onPick={(ms) => go(changed({ to: ms, last: undefined }))} />
        <button type="button" aria-pressed={q.get("running") === "true"} onClick={() => go(changed({ running: q.get("running") === "true" ? undefined : "true" }))}>
          running
        </button>
        <TextField label="Guest" value={q.get("guest") ?? ""} placeholder="name or uuid" onPick={(v) => go(changed({ guest: v }))} />
        <span class="push" />
        <Export name="sessions" columns={sessionColumns} rows={() => all<Session>("/sessions", query, most)} />
      </div>
      <Unwatched spans={list.first?.unwatched ?? []} />
      <Stale list={list} />
      {list.failure && <Problem failure={list.failure} again={list.again} />}
      {!list.failure && !list.loading && list.rows.length === 0 ? (
        <Empty title="No sessions in this time">
          <p>Widen the time above, or look at all of it: <Link to="/table">all sessions</Link>.</p>
        </Empty>
      ) : (
        <Table label="Sessions" cols={sessionCols} rows={list.rows} id={(s) => s.id} more={list.more} grow={list.grow} of={JSON.stringify(query)} />
      )}
    </div>
  );
}
