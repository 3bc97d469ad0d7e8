// Where every running guest's random numbers come from.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { all } from "../lib/api";
import { useList } from "../lib/load";
import { changed, go, type Route } from "../lib/route";
import type { RNG, RNGDevice, RNGGuest } from "../lib/types";
import { guestURL, resourceURL } from "../lib/urls";
import { By } from "../ui/Badge";
import { Export, most } from "../ui/Export";
import { Link } from "../ui/Link";
import { Empty, Loading, Problem } from "../ui/Notice";
import { Stale } from "../ui/Stale";
import { Table, type Col } from "../ui/Table";
import { TextField } from "../ui/TextField";
import { Time } from "../ui/Time";
import { rngColumns } from "./columns";
import { Unwatched } from "./Unwatched";

type Class = RNGGuest["entropy"];

const classes: Record<Class, { title: string; doc: string; tone: string }> = {
  local: { title: "from this host", doc: "a device or a socket here", tone: "running" },
  remote: { title: "over the network", doc: "an EGD that is reached by TCP or UDP", tone: "warning" },
  none: { title: "none at all", doc: "its definition has no RNG device", tone: "critical" },
  unknown: { title: "not known", doc: "no record tells of one, and no definition was seen", tone: "info" },
};

/** BYTES/MILLISECONDS as people read it. */
export function rateWords(rate: string | undefined): string {
  const m = /^(\d+)\/(\d+)(?:ms)?$/.exec(rate ?? "");
  if (!m) return rate ?? "";
  const perSecond = (Number(m[1]) / Number(m[2])) * 1000;
  if (!Number.isFinite(perSecond)) return rate ?? "";
  return perSecond >= 1024 ? `${Math.round(perSecond / 102.4) / 10} KiB/s` : `${Math.round(perSecond)} B/s`;
}

/** Records don't tell of limits: what the log alone shows may have one. */
function rate(d: RNGDevice): JSX.Element {
  const words = rateWords(d.rate);
  if (words !== "") return <span title={d.rate}>{words}</span>;
  return <span class="muted">{d.by.some((w) => w !== "log") ? "no limit" : "unknown"}</span>;
}

interface Row {
  key: string;
  guest: RNGGuest;
  device: RNGDevice | undefined;
  sharers: number;
}

const cols: Col<Row>[] = [
  { name: "Guest", width: 210, cell: (r) => <Link to={guestURL(r.guest.guest)}>{r.guest.name || r.guest.uuid}</Link> },
  { name: "Entropy", width: 156, cell: (r) => <span class={`badge is-${classes[r.guest.entropy].tone}`}>{classes[r.guest.entropy].title}</span> },
  { name: "Backend", width: 90, cell: (r) => r.device?.backend || "" },
  {
    name: "Host source",
    cell: (r) =>
      r.device?.source ? (
        <>
          <Link class="mono" to={resourceURL(r.device.source)}>
            {r.device.source}
          </Link>
          {r.sharers > 1 && <span class="chip is-warning">{r.sharers} guests</span>}
        </>
      ) : null,
  },
  { name: "Rate limit", width: 110, right: true, cell: (r) => r.device && rate(r.device) },
  { name: "Since", width: 168, cell: (r) => r.device && <Time at={r.device.since} /> },
  { name: "Shown by", width: 150, cell: (r) => r.device && r.device.by.length > 0 && <By by={r.device.by[0]} also={r.device.by} /> },
  { name: "Host", width: 120, cell: (r) => r.guest.node },
];

// How many guests are read before somebody asks for more.
const enough = 3000;

export function EntropyView({ route }: { route: Route }): JSX.Element {
  const list = useList<RNGGuest>("/rng", {}, 1000);
  const [wanted, want] = useState(enough);
  useEffect(() => {
    if (list.more && !list.loading && list.rows.length < wanted) list.grow();
  });
  const first = list.first as RNG | undefined;
  const rng = useMemo(() => first && { ...first, items: list.rows }, [first, list.rows]);
  if (list.failure) return <Problem failure={list.failure} again={list.again} />;
  if (!rng) return <Loading what="the guests' entropy" />;
  return (
    <Shown rng={rng} route={route}>
      <Stale list={list} />
      {list.more && (
        <p class="told" role="status">
          These are the first {rng.items.length.toLocaleString()} of the guests that run.
          <button type="button" disabled={list.loading} onClick={() => want(rng.items.length + enough)}>
            {list.loading ? "reading…" : `${enough.toLocaleString()} more`}
          </button>
        </p>
      )}
    </Shown>
  );
}

function Shown({ rng, route, children }: { rng: RNG; route: Route; children: ComponentChildren }): JSX.Element {
  const show = route.query.get("show") ?? "";
  const text = route.query.get("q") ?? "";
  const guests = useMemo(() => rng.items.filter((g) => matches(g, show, text)), [rng, show, text]);
  const rows = useMemo(() => rowsOf(guests, rng), [guests, rng]);
  const every = async (): Promise<{ rows: RNGGuest[]; more: boolean }> => {
    const got = await all<RNGGuest>("/rng", {}, most);
    return { rows: got.rows.filter((g) => matches(g, show, text)), more: got.more };
  };
  return (
    <div class="view">
      <div class="bar" role="group" aria-label="Entropy">
        <Tally rng={rng} show={show} />
        <TextField label="Guest or source" value={text} placeholder="part of it" onPick={(v) => go(changed({ q: v }))} />
        <span class="push" />
        <Export name="entropy" columns={rngColumns} rows={every} />
      </div>
      {children}
      <Unwatched spans={rng.unwatched} />
      <Sharing rng={rng} />
      {rows.length > 0 ? (
        <Table label="Entropy of running guests" cols={cols} rows={rows} id={(r) => r.key} of={show + text} />
      ) : rng.items.length === 0 ? (
        <Empty title="No guest runs">
          <p>This view has the guests that run now. <Link to="/table">The sessions</Link> have those that ran before.</p>
        </Empty>
      ) : (
        <Empty title="No guest matches">
          <p><Link to="/entropy">Show all running guests</Link></p>
        </Empty>
      )}
    </div>
  );
}

function matches(g: RNGGuest, show: string, text: string): boolean {
  if (show !== "" && g.entropy !== show) return false;
  const t = text.toLowerCase();
  return t === "" || g.name.toLowerCase().includes(t) || g.uuid.startsWith(t) || g.devices.some((d) => d.source.toLowerCase().includes(t));
}

function rowsOf(guests: RNGGuest[], rng: RNG): Row[] {
  const shared = new Map(rng.shared.map((s) => [s.source, s.guests.length]));
  return guests.flatMap((guest) => {
    const devices: (RNGDevice | undefined)[] = guest.devices.length > 0 ? guest.devices : [undefined];
    return devices.map((device, i) => ({ key: `${guest.guest} ${i}`, guest, device, sharers: shared.get(device?.source ?? "") ?? 0 }));
  });
}

/** How many guests of each class; a press shows them alone. */
function Tally({ rng, show }: { rng: RNG; show: string }): JSX.Element {
  const count = (c: Class): number => rng.items.reduce((n, g) => (g.entropy === c ? n + 1 : n), 0);
  return (
    <span class="tally" role="group" aria-label="Entropy">
      {(Object.keys(classes) as Class[]).map((c) => (
        <button type="button" key={c} class={`is-${classes[c].tone}`} aria-pressed={show === c} title={classes[c].doc} onClick={() => go(changed({ show: show === c ? undefined : c }))}>
          <strong>{count(c)}</strong> {classes[c].title}
        </button>
      ))}
    </span>
  );
}

function Sharing({ rng }: { rng: RNG }): JSX.Element | null {
  if (rng.shared.length === 0) return null;
  const names = new Map(rng.items.map((g) => [g.guest, g.name || g.uuid]));
  return (
    <section class="sharing" aria-label="Shared sources">
      {rng.shared.map((s) => (
        <details key={`${s.backend} ${s.source}`}>
          <summary>
            <strong>{s.guests.length} guests</strong> share <span class="mono">{s.source}</span>
          </summary>
          <p>
            <Link to={resourceURL(s.source)}>who held it and when</Link>
            {" · "}
            {s.guests.slice(0, 200).map((g, i) => (
              <span key={g}>
                {i > 0 && ", "}
                <Link to={guestURL(g)}>{names.get(g) ?? g}</Link>
              </span>
            ))}
            {s.guests.length > 200 && `, and ${s.guests.length - 200} more`}
          </p>
        </details>
      ))}
    </section>
  );
}
