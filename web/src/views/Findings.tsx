// What somebody should look at, and what proves it.
import type { JSX } from "preact";
import { all, part, type Query } from "../lib/api";
import { useList, useLoad } from "../lib/load";
import { newest } from "../lib/order";
import { changed, go, type Route } from "../lib/route";
import type { Finding, FindingDetail, Kinds } from "../lib/types";
import { SeverityBadge } from "../ui/Badge";
import { Export, most } from "../ui/Export";
import { Link } from "../ui/Link";
import { MomentField } from "../ui/MomentField";
import { Empty, Loading, Problem } from "../ui/Notice";
import { Select } from "../ui/Select";
import { Stale } from "../ui/Stale";
import { Table, type Col } from "../ui/Table";
import { TextField } from "../ui/TextField";
import { Time } from "../ui/Time";
import { findingColumns } from "./columns";
import { FindingHead } from "./FindingHead";
import { FactView } from "./Proof";
import { SessionHead } from "./SessionHead";
import { Unwatched } from "./Unwatched";

const cols: Col<Finding>[] = [
  { name: "Severity", width: 96, cell: (f) => <SeverityBadge severity={f.severity} /> },
  { name: "At", width: 168, cell: (f) => <Time at={f.at} /> },
  { name: "Kind", width: 150, cell: (f) => f.kind },
  { name: "Guest", width: 160, cell: (f) => f.name || f.uuid || <span class="muted">{f.node}</span> },
  {
    name: "What",
    cell: (f) => (
      <Link to={changed({ id: f.id })} title={f.text}>
        {f.text}
      </Link>
    ),
  },
  { name: "×", width: 52, right: true, cell: (f) => (f.count > 1 ? f.count : "") },
];

// Beside an open finding there is room for less.
const beside = cols.filter((c) => !["Kind", "×"].includes(c.name)).map((c) => (c.name === "Guest" ? { ...c, width: 110 } : c));

function queryOf(q: URLSearchParams): Query {
  const query: Query = { ...newest };
  for (const key of ["severity", "guest", "node", "resource", "from", "to"]) query[key] = q.get(key) ?? undefined;
  const kind = q.get("kind");
  if (kind) query["kind"] = [kind];
  return query;
}

export function FindingsView({ route }: { route: Route }): JSX.Element {
  const q = route.query;
  const query = queryOf(q);
  const list = useList<Finding>("/findings", query);
  const id = q.get("id");
  const filtered = ["severity", "kind", "guest", "from", "to"].some((key) => q.has(key));
  return (
    <div class="view">
      <Filters route={route} query={query} />
      <Unwatched spans={list.first?.unwatched ?? []} />
      <Stale list={list} />
      {list.failure && <Problem failure={list.failure} again={list.again} />}
      <div class="split">
        {!list.failure && !list.loading && list.rows.length === 0 ? (
          <Empty title={filtered ? "No finding matches" : "Nothing found"}>
            {filtered ? (
              <p>
                <Link to="/findings">Show all findings</Link>
              </p>
            ) : (
              <p>No failure, gap or disagreement is in the trail so far.</p>
            )}
          </Empty>
        ) : (
          <Table label="Findings" cols={id === null ? cols : beside} rows={list.rows} id={(f) => f.id} selected={id ?? undefined} more={list.more} grow={list.grow} of={JSON.stringify(query)} />
        )}
        {id !== null && <Detail id={id} />}
      </div>
    </div>
  );
}

function Filters({ route, query }: { route: Route; query: Query }): JSX.Element {
  const q = route.query;
  const kinds = useLoad<Kinds>("/kinds", {}, false).value?.findings ?? [];
  const time = (key: string): number | undefined => (q.has(key) ? Number(q.get(key)) : undefined);
  return (
    <div class="bar" role="group" aria-label="Findings">
      <Select
        label="Severity"
        value={q.get("severity") ?? ""}
        options={[["", "all"], ["warning", "warning and worse"], ["critical", "critical"]]}
        onPick={(v) => go(changed({ severity: v, id: undefined }))}
      />
      <Select label="Kind" value={q.get("kind") ?? ""} options={[["", "all"], ...kinds.map((k): [string, string] => [k.kind, k.kind])]} onPick={(v) => go(changed({ kind: v, id: undefined }))} />
      <TextField label="Guest" value={q.get("guest") ?? ""} placeholder="name or uuid" onPick={(v) => go(changed({ guest: v, id: undefined }))} />
      <MomentField label="From" value={time("from")} placeholder="the begin" onPick={(ms) => go(changed({ from: ms }))} />
      <MomentField label="to" value={time("to")} onPick={(ms) => go(changed({ to: ms }))} />
      <span class="push" />
      <Export name="findings" columns={findingColumns} rows={() => all<Finding>("/findings", query, most)} />
    </div>
  );
}

function Detail({ id }: { id: string }): JSX.Element {
  const { value, failure, again } = useLoad<FindingDetail>(`/findings/${part(id)}`);
  const close = (): void => go(changed({ id: undefined }));
  return (
    <aside class="panel wide" aria-label="Finding" onKeyDown={(e) => e.key === "Escape" && close()}>
      <header>
        <h2>Finding</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={close}>
          ✕
        </button>
      </header>
      {failure && <Problem failure={failure} again={again} />}
      {!value && !failure && <Loading what="the finding" />}
      {value && <Proven detail={value} />}
    </aside>
  );
}

function Proven({ detail }: { detail: FindingDetail }): JSX.Element {
  const records = detail.facts.filter((f) => f.record);
  const others = detail.facts.filter((f) => !f.record);
  return (
    <>
      <FindingHead finding={detail.finding} />
      {records.length > 0 && <h3>The records that prove it</h3>}
      {records.map((f) => (
        <FactView key={f.seq} fact={f} />
      ))}
      {others.length > 0 && <h3>{records.length > 0 ? "What was observed" : "What was observed, and no record tells"}</h3>}
      {others.map((f) => (
        <FactView key={f.seq} fact={f} />
      ))}
      {detail.facts.length === 0 && <p class="muted">Its facts are no more in the store.</p>}
      {detail.left_out > 0 && <p class="muted">{detail.left_out} more facts say the same.</p>}
      <Unwatched spans={detail.unwatched} />
      {detail.sessions.length > 0 && <h3>{detail.sessions.length === 1 ? "Its session" : "Its sessions"}</h3>}
      {detail.sessions.map((s) => (
        <SessionHead key={s.id} session={s} />
      ))}
    </>
  );
}
