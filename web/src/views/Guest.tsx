// One guest: what it is known to have been at a moment, and how that changed.
import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { amount } from "../lib/amount";
import { all, get, part } from "../lib/api";
import { now } from "../lib/clock";
import { useList, useLoad } from "../lib/load";
import { newest } from "../lib/order";
import { address, below, changed, go, type Route } from "../lib/route";
import type { Definition, DefinitionRow, Finding, Guest, GuestDetail, Session } from "../lib/types";
import { guestURL, timelineURL } from "../lib/urls";
import { ChartView } from "../timeline/ChartView";
import { unwatchedOf } from "../timeline/convert";
import { Fixed } from "../timeline/fixed";
import { bounded, type Range } from "../timeline/viewport";
import { SeverityBadge, StateBadge } from "../ui/Badge";
import { Export, most } from "../ui/Export";
import { Link } from "../ui/Link";
import { MomentField } from "../ui/MomentField";
import { Empty, Loading, Problem } from "../ui/Notice";
import { Table, type Col } from "../ui/Table";
import { Time } from "../ui/Time";
import { changeColumns, changeLines, findingColumns, sessionColumns, thingColumns, type ChangeLine } from "./columns";
import { ChangesPart, DefinitionPart } from "./Definition";
import { sessionCols } from "./Sessions";
import { Unwatched } from "./Unwatched";
import { WitnessesPart } from "./Witnesses";

const tabs = [
  ["", "Resources"],
  ["definition", "Definition"],
  ["changes", "Changes"],
  ["sessions", "Sessions"],
  ["findings", "Findings"],
] as const;

export function GuestView({ route }: { route: Route }): JSX.Element {
  const id = below(route.path, "/guest/") ?? "";
  const { value, failure, again } = useLoad<GuestDetail>(`/guests/${part(id)}`);
  if (failure) return <Problem failure={failure} again={again} />;
  if (!value) return <Loading what="the guest" />;
  return <Shown key={value.guest.id} route={route} detail={value} />;
}

function Shown({ route, detail }: { route: Route; detail: GuestDetail }): JSX.Element {
  const { guest } = detail;
  const at = route.query.has("at") ? Number(route.query.get("at")) : undefined;
  const tab = route.query.get("tab") ?? "";
  const counts: Record<string, number> = { sessions: guest.sessions, findings: detail.findings.info + detail.findings.warning + detail.findings.critical };
  return (
    <div class="view">
      <Head detail={detail} />
      <History guest={guest} at={at} />
      <div class="bar">
        <nav class="group" aria-label="Parts">
          {tabs.map(([key, name]) => (
            <Link key={key} to={address(route.path, { at, tab: key || undefined })} current={tab === key}>
              {name}
              {counts[key] !== undefined && <span class="count">{counts[key]}</span>}
            </Link>
          ))}
        </nav>
        <MomentField label="As known at" value={at} onPick={(ms) => go(changed({ at: ms }))} />
        {at !== undefined && (
          <button type="button" onClick={() => go(changed({ at: undefined }))}>
            now
          </button>
        )}
        <span class="push" />
        {tab === "definition" && <Export name="definition" columns={thingColumns} rows={async () => ({ rows: (await get<Definition>(`/guests/${part(guest.id)}/definition`, { at })).things, more: false })} />}
        {tab === "changes" && <Export name="changes" columns={changeColumns} rows={() => changes(guest.id)} />}
        {tab === "sessions" && <Export name="sessions" columns={sessionColumns} rows={() => all<Session>("/sessions", { guest: guest.id, ...newest }, most)} />}
        {tab === "findings" && <Export name="findings" columns={findingColumns} rows={() => all<Finding>("/findings", { guest: guest.id, ...newest }, most)} />}
      </div>
      {tab === "" && <WitnessesPart guest={guest.id} at={at} />}
      {tab === "definition" && <DefinitionPart guest={guest.id} at={at} />}
      {tab === "changes" && <ChangesPart guest={guest.id} at={at} />}
      {tab === "sessions" && <SessionsPart guest={guest.id} />}
      {tab === "findings" && <FindingsPart guest={guest.id} />}
    </div>
  );
}

async function changes(guest: string): Promise<{ rows: ChangeLine[]; more: boolean }> {
  const got = await all<DefinitionRow>(`/guests/${part(guest)}/definitions`, { ...newest }, most);
  return { rows: got.rows.flatMap(changeLines), more: got.more };
}

function Head({ detail }: { detail: GuestDetail }): JSX.Element {
  const { guest: g, findings: f, session } = detail;
  return (
    <header class="guest-head">
      <h1>{g.name || g.uuid}</h1>
      <StateBadge state={g.state} />
      <dl class="inline">
        <Fact name="uuid">
          <span class="mono">{g.uuid}</span>
        </Fact>
        <Fact name="on">{g.node}</Fact>
        <Fact name="as">{g.virt}</Fact>
        <Fact name="first seen">
          <Time at={g.first} />
        </Fact>
        <Fact name="last">
          <Time at={g.last} />
        </Fact>
        {session && session.session.pid !== null && session.session.pid > 0 && <Fact name="process">{session.session.pid}</Fact>}
        {(session?.values ?? []).map((v, i, list) => list[i + 1]?.kind !== v.kind && <Fact key={v.kind} name={v.kind}>{amount(v.kind, v.value)}</Fact>)}
      </dl>
      {(["critical", "warning", "info"] as const).map(
        (s) =>
          f[s] > 0 && (
            <Link key={s} to={address(`/guest/${encodeURIComponent(g.id)}`, { tab: "findings" })}>
              <SeverityBadge severity={s} /> {f[s]}
            </Link>
          ),
      )}
    </header>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The guest's own timeline, in which a moment is picked. */
function History({ guest, at }: { guest: Guest; at: number | undefined }): JSX.Element | null {
  const sessions = useList<Session>("/sessions", { guest: guest.id, ...newest }, 500);
  const findings = useList<Finding>("/findings", { guest: guest.id, ...newest }, 500);
  const unwatched = useMemo(() => since(guest, sessions.first?.unwatched ?? []), [guest, sessions.first]);
  const source = useMemo(() => historyOf(guest, sessions.rows, findings.rows, unwatched), [guest, sessions.rows, findings.rows, unwatched]);
  const [range, setRange] = useState<Range>();
  const [first, last] = [guest.first?.ms ?? 0, guest.running ? now() : (guest.last?.ms ?? 0)];
  const room = Math.max(1000, (last - first) * 0.04);
  const seen = range ?? bounded({ from: first - room, to: last + room });
  return (
    <>
      <div class="chart-box one">
        <ChartView
          source={source}
          version={sessions.rows.length + findings.rows.length}
          range={seen}
          label={`When ${guest.name || guest.uuid} ran; a click picks a moment`}
          now={now}
          at={at}
          onRange={setRange}
          onPick={(h) => (h.name ? go(timelineURL(seen.from, seen.to)) : go(changed({ at: Math.round(h.mark?.at ?? h.time) })))}
        />
      </div>
      <Unwatched spans={unwatched} />
    </>
  );
}

/** The times without a watch that concern the guest: of its host, since it was seen first. */
function since(g: Guest, spans: GuestDetail["unwatched"]): GuestDetail["unwatched"] {
  const from = g.first?.ms ?? 0;
  return spans.filter((s) => s.node === g.node && (s.to === null || s.to.ms >= from));
}

function historyOf(g: Guest, sessions: Session[], findings: Finding[], unwatched: GuestDetail["unwatched"]): Fixed {
  const bars = sessions.map((s) => {
    const from = (s.start ?? s.first)?.ms ?? 0;
    const to = s.state === "running" || s.state === "starting" ? Infinity : ((s.end ?? s.end_before ?? s.last)?.ms ?? from);
    return { from, to, how: s.state, count: 1, id: s.id, vagueFrom: s.start === null, vagueTo: s.end === null && s.end_before !== null, by: s.by };
  });
  const marks = findings.flatMap((f) => (f.at ? [{ at: f.at.ms, kind: f.severity, count: f.count, id: f.id, note: f.kind }] : []));
  return new Fixed([{ lane: { key: g.id, uuid: g.uuid, name: g.name, node: g.node, running: g.running }, bars, marks }], unwatchedOf(unwatched));
}

function SessionsPart({ guest }: { guest: string }): JSX.Element {
  const list = useList<Session>("/sessions", { guest, ...newest });
  if (list.failure) return <Problem failure={list.failure} again={list.again} />;
  const cols = [{ ...sessionCols[0]!, name: "Name" }, ...sessionCols.slice(1)];
  return <Table label="Sessions of the guest" cols={cols} rows={list.rows} id={(s) => s.id} more={list.more} grow={list.grow} of={guest} />;
}

const findingCols: Col<Finding>[] = [
  { name: "Severity", width: 96, cell: (f) => <SeverityBadge severity={f.severity} /> },
  { name: "At", width: 168, cell: (f) => <Time at={f.at} /> },
  { name: "Kind", width: 160, cell: (f) => f.kind },
  { name: "What", cell: (f) => <Link to={address("/findings", { guest: f.guest ?? undefined, id: f.id })} title={f.text}>{f.text}</Link> },
];

function FindingsPart({ guest }: { guest: string }): JSX.Element {
  const list = useList<Finding>("/findings", { guest, ...newest });
  if (list.failure) return <Problem failure={list.failure} again={list.again} />;
  if (!list.loading && list.rows.length === 0) {
    return (
      <Empty title="Nothing found">
        <p>
          No failure, gap or disagreement of this guest is in the trail. <Link to={guestURL(guest)}>What it has</Link>
        </p>
      </Empty>
    );
  }
  return <Table label="Findings of the guest" cols={findingCols} rows={list.rows} id={(f) => f.id} more={list.more} grow={list.grow} of={guest} />;
}
