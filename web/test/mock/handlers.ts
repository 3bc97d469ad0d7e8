// The made-up host's answers, path by path.
import type { Definition, DefinitionRow, Fact, Found, Page, RNG, Status, Thing, Witnesses } from "../../src/lib/types";
import { moment } from "./moment";
import { finding, guest, holding, session, unwatched } from "./rows";
import { timeline } from "./timeline";
import { day, type Run, type World } from "./world";

export class NotFound extends Error {}

type Handler = (w: World, q: URLSearchParams, id: string) => unknown;

function page<T>(list: T[], q: URLSearchParams, spans: Page<T>["unwatched"] = []): Page<T> {
  if (q.get("order") === "newest") list = [...list].reverse();
  const from = Number(q.get("cursor") ?? 0);
  const limit = Number(q.get("limit") ?? 100);
  return { items: list.slice(from, from + limit), next: from + limit < list.length ? String(from + limit) : null, unwatched: spans, total: list.length };
}

const within = (q: URLSearchParams, from: number, to: number): boolean =>
  (!q.has("from") || to >= Number(q.get("from"))) && (!q.has("to") || from < Number(q.get("to")));

function place(w: World, name: string): number {
  const g = w.find(name);
  if (g < 0) throw new NotFound(`there is no guest ${name}`);
  return g;
}

function sessions(w: World, q: URLSearchParams): unknown {
  const name = q.get("guest");
  const runs = name ? (w.runs[place(w, name)] ?? []) : w.runs.flat();
  const list = runs.filter((r) => within(q, r.from, r.to) && (q.get("running") !== "true" || r.state === "running"));
  if (!name) list.sort((a, b) => a.from - b.from);
  const cut = page(list, q, unwatched(w, Number(q.get("from") ?? 0), Number(q.get("to") ?? w.now)));
  return { ...cut, items: cut.items.map((r) => session(w, r)) };
}

// Like the service, this looks at no more guests than it has to.
const enough = 6000;

/** The runs that may have held a thing, as far as its name says which. */
function candidates(w: World, wanted: string): Run[] {
  const name = /^\/(?:srv\/pool|var\/lib\/libvirt\/images)\/(.+?)(?:\.qcow2|\/vol-.*)$/.exec(wanted)?.[1];
  const g = name === undefined ? -1 : w.find(name);
  if (g >= 0) return w.runs[g]!;
  const share = { "/dev/hwrng": 0, "/run/egd.sock": 1 }[wanted];
  return w.runs.filter((_, each) => share === undefined || each % 10 === share).flat();
}

function holdings(w: World, q: URLSearchParams): unknown {
  const asked = q.get("resource") ?? "";
  const wanted = /^[a-z-]+:(?=\/|[0-9a-f])/.test(asked) && !/^[0-9a-f]{2}:/.test(asked) ? asked.slice(asked.indexOf(":") + 1) : asked;
  const at = q.has("at") ? Number(q.get("at")) : undefined;
  const list = [];
  for (const r of candidates(w, wanted)) {
    if (list.length > enough) break;
    if (at !== undefined && (r.from > at || r.to <= at)) continue;
    for (const h of w.held(r)) {
      if (h.id !== wanted || (at !== undefined && (h.from > at || h.to <= at)) || !within(q, h.from, h.to)) continue;
      list.push({ ...holding(w, r, h), ...(at === undefined ? {} : r.state === "lost" ? { certainty: "uncertain" as const, doubt: "end unknown" } : { certainty: "yes" as const }) });
    }
  }
  return page(list, q, unwatched(w, at ?? 0, at ?? w.now));
}

function sessionDetail(w: World, _q: URLSearchParams, id: string): unknown {
  const r = w.run(Number(id));
  if (!r) throw new NotFound(`there is no session ${id}`);
  return {
    session: session(w, r),
    labels: [],
    holdings: w.held(r).map((h) => holding(w, r, h)),
    values: [
      { kind: "mem", value: 4 << 20, from: moment(r.from) },
      { kind: "vcpu", value: 4, from: moment(r.from) },
    ],
    permissions: [],
    attempts: r.state === "failed" ? [{ kind: "disk", id: `/var/lib/libvirt/images/${w.name(r.guest)}.qcow2`, op: "start", at: moment(r.from) }] : [],
    proof: [{ fact: r.id }],
    unwatched: [],
  };
}

function things(w: World, r: Run): Thing[] {
  return [
    ...w.held(r).slice(0, 8).map((h): Thing => ({ kind: h.kind, id: h.id, ...(h.kind === "rng" ? { detail: { backend: "random", rate: "1024/1000" } } : {}) })),
    { kind: "mem", value: 4 << 20 },
    { kind: "nvram", id: `/var/lib/libvirt/qemu/nvram/${w.name(r.guest)}.fd`, silent: true },
  ];
}

const xml = (w: World, g: number, rate: number): string => `<domain type='kvm'>
  <name>${w.name(g).replaceAll("<", "&lt;")}</name>
  <uuid>${w.uuid(g)}</uuid>
  <memory unit='KiB'>4194304</memory>
  <devices>
    <rng model='virtio'>
      <rate bytes='${rate}' period='1000'/>
      <backend model='random'>/dev/urandom</backend>
    </rng>
  </devices>
</domain>`;

function definitions(w: World, q: URLSearchParams, id: string): unknown {
  const g = place(w, id);
  const rows = w.runs[g]!.flatMap((r): DefinitionRow[] => {
    const row = { fact: r.id, witness: "libvirt" as const, source: "qemu:///system", after: null, state: "running", text: true, changes_left_out: 0 };
    return [
      { ...row, what: "seen", at: moment(r.from), things: things(w, r).map((t) => ({ kind: t.kind, before: null, after: t })), changes: [] },
      {
        ...row,
        fact: r.id + 50,
        what: "changed",
        at: moment(r.from + 3_600_000),
        after: moment(r.from + 3_540_000),
        things: [{ kind: "rng", before: { kind: "rng", id: "/dev/urandom" }, after: { kind: "rng", id: "/dev/hwrng", detail: { rate: "1024/1000" } } }],
        changes: [
          { path: "devices/rng/backend", before: "/dev/urandom", after: "/dev/hwrng" },
          { path: "devices/rng/rate@bytes", before: null, after: "1024" },
        ],
      },
    ];
  });
  return page(rows, q);
}

function definition(w: World, _q: URLSearchParams, id: string): unknown {
  const g = place(w, id);
  const r = w.runs[g]!.at(-1)!;
  const d: Definition = { fact: r.id, witness: "libvirt", source: "qemu:///system", at: moment(r.from), unchanged_until: moment(Math.min(r.to, w.now)), text: xml(w, g, 1024), things: things(w, r), unwatched: [] };
  return d;
}

function witnesses(w: World, q: URLSearchParams, id: string): unknown {
  const at = Number(q.get("at") ?? w.now);
  const r = w.runs[place(w, id)]!.find((each) => each.from <= at && at < each.to);
  const held = r ? w.held(r).filter((h) => h.from <= at && at < h.to) : [];
  const answer: Witnesses = {
    at: moment(at),
    witnesses: [
      { witness: "log", source: "log", at: moment(at - 60_000), fact: 1, what: "", state: "", partial: [] },
      { witness: "libvirt", source: "qemu:///system", at: moment(at - 30_000), fact: 2, what: "seen", state: r ? "running" : "shut off", partial: [] },
      { witness: "proc", source: "proc", at: moment(at - 20_000), fact: 3, what: "seen", state: "", partial: ["net"], problem: "" },
    ],
    rows: [
      ...held.map((h, i): Witnesses["rows"][number] => ({
        kind: h.kind,
        id: h.id,
        says: { log: h.by ? 0 : 1, libvirt: 1, ...(h.kind === "net" ? {} : { proc: i === 6 ? 0 : 1 }) },
        agree: !h.by && i !== 6,
      })),
      ...(r ? [{ kind: "backing", id: "/srv/base/debian-12.qcow2", says: { libvirt: 1, proc: 1 }, silent: true, agree: true }] : []),
    ],
    unwatched: unwatched(w, at, at),
  };
  return answer;
}

function fact(w: World, seq: number): Fact {
  const r = w.run(seq) ?? w.runs[0]![0]!;
  const msg = `audit(${moment(r.from).event}): pid=812 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm resrc=rng reason=start vm="${w.name(r.guest)}" uuid=${w.uuid(r.guest)} old-rng="?" new-rng="/dev/urandom" exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`;
  return {
    seq,
    kind: "record",
    node: w.node(r.guest),
    source: "file",
    at: moment(r.from),
    settled: false,
    text: msg,
    line: `type=VIRT_RESOURCE msg=${msg}`,
    record: {
      type: "VIRT_RESOURCE",
      kind: "rng",
      doc: "A source of random numbers was given to a guest, or taken away.",
      result: "success",
      marks: [],
      fields: [
        { part: "kernel", name: "pid", raw: "812", value: 812, encoding: "integer" },
        { part: "kernel", name: "auid", raw: "4294967295", value: null, encoding: "integer" },
        { part: "message", name: "virt", raw: "kvm", value: "kvm", encoding: "word" },
        { part: "message", name: "reason", raw: "start", value: "start", encoding: "word" },
        { part: "message", name: "vm", raw: Buffer.from(w.name(r.guest)).toString("hex").toUpperCase(), value: w.name(r.guest), encoding: "quoted or hex" },
        { part: "message", name: "old-rng", raw: '"?"', value: null, encoding: "quoted or hex" },
        { part: "message", name: "new-rng", raw: '"/dev/urandom"', value: "/dev/urandom", encoding: "quoted or hex" },
        { part: "libaudit", name: "exe", raw: '"/usr/sbin/libvirtd"', value: "/usr/sbin/libvirtd", encoding: "quoted or hex" },
        { part: "libaudit", name: "res", raw: "success", value: "success", encoding: "word" },
      ],
    },
  };
}

function observation(w: World, g: number, at: number): Fact {
  const seen = { witness: "libvirt", what: "changed", uuid: w.uuid(g), name: w.name(g), from: at - 60_000, to: at, has: [{ kind: "rng", id: "/dev/hwrng" }] };
  return { seq: 9_000_000 + g, kind: "observation", node: w.node(g), source: "libvirt qemu:///system", at: moment(at), settled: false, text: JSON.stringify(seen), observation: seen };
}

function findings(w: World, q: URLSearchParams): unknown {
  const ranks = ["info", "warning", "critical"];
  const least = ranks.indexOf(q.get("severity") ?? "info");
  const kinds = q.getAll("kind");
  const g = q.get("guest") ? w.find(q.get("guest")!) : undefined;
  const list = w.troubles.filter(
    (t) => within(q, t.at, t.at) && ranks.indexOf(t.severity) >= least && (kinds.length === 0 || kinds.includes(t.kind)) && (g === undefined || t.guest === g),
  );
  const cut = page(list, q, unwatched(w, Number(q.get("from") ?? 0), w.now));
  return { ...cut, items: cut.items.map((t) => finding(w, t)) };
}

function findingDetail(w: World, _q: URLSearchParams, id: string): unknown {
  const t = w.troubles.find((each) => each.id === id);
  if (!t) throw new NotFound(`there is no finding ${id}`);
  return { finding: finding(w, t), sessions: [session(w, w.run(t.run)!)], facts: [fact(w, t.run), observation(w, t.guest, t.at)], left_out: 0, unwatched: [] };
}

function rng(w: World, q: URLSearchParams): RNG {
  const items: RNG["items"] = [];
  const shared = new Map<string, string[]>();
  for (let g = 0; g < w.guests; g++) {
    const r = w.runs[g]!.at(-1)!;
    if (r.state !== "running") continue;
    const source = g % 10 === 0 ? "/dev/hwrng" : g % 10 === 1 ? "10.0.0.9:8000" : "/dev/urandom";
    const entropy = g % 17 === 0 ? "none" : g % 23 === 0 ? "unknown" : g % 10 === 1 ? "remote" : "local";
    const devices: RNG["items"][number]["devices"] =
      entropy === "none" || entropy === "unknown"
        ? []
        : [{ backend: g % 10 === 1 ? "egd" : "random", source, remote: g % 10 === 1, rate: g % 4 === 0 ? "1024/1000" : "", model: "virtio", since: moment(r.from), by: ["log", "libvirt"], fact: r.id }];
    if (devices.length > 0 && source !== "/dev/urandom") shared.set(source, [...(shared.get(source) ?? []), w.id(g)]);
    items.push({ guest: w.id(g), node: w.node(g), uuid: w.uuid(g), name: w.name(g), session: r.id, entropy, devices });
  }
  return { ...page(items, q), at: moment(w.now), shared: [...shared].filter(([, l]) => l.length > 1).map(([source, guests]) => ({ source, backend: source.startsWith("/") ? "random" : "egd", guests })) };
}

function search(w: World, q: URLSearchParams): Found {
  const text = q.get("q") ?? "";
  const limit = Number(q.get("limit") ?? 20);
  const guests = [];
  for (let g = 0; g < w.guests && guests.length < limit; g++) if (w.name(g).startsWith(text) || w.uuid(g).startsWith(text)) guests.push(guest(w, g));
  const known = [
    ["rng", "/dev/hwrng"],
    ["rng", "/dev/urandom"],
    ["rng", "/run/egd.sock"],
    ["hostdev", "0000:08:00.0"],
    ["net", "52:54:00:00:00:05"],
  ] as const;
  const resources = known.filter(([, id]) => id.startsWith(text)).map(([kind, id]) => ({ kind, id, count: 1000, resource: `${kind}:${id}` }));
  return { guests, resources, more: true };
}

function status(w: World): Status {
  return {
    version: "mock",
    node: "kvm1",
    now: moment(Date.now()),
    started: moment(w.now - 3 * day),
    ready: true,
    reasons: [],
    sources: [
      { name: "/var/log/audit/audit.log", witness: "log", state: "up", since: moment(w.now - 3 * day), lag_ms: 40, records: 1_203_441, observations: 0, lost: 0 },
      { name: "libvirt qemu:///system", witness: "libvirt", state: "up", since: moment(w.now - 3 * day), lag_ms: 120, records: 0, observations: 40_122, lost: 0 },
      { name: "proc", witness: "proc", state: "missing", since: null, lag_ms: null, problem: "the service may not read other users' processes", records: 0, observations: 0, lost: 0 },
    ],
    store: { path: "/var/lib/virtaudit/trail.db", bytes: 812_000_000, facts: 1_400_200, schema: 1, full: false },
    emit: "off",
    running: w.runs.filter((r) => r.at(-1)?.state === "running").length,
    warnings: ["The kernel's witness is missing: it needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH (see virtaudit-proc.conf)."],
    demo: false,
  };
}

const kinds = {
  findings: ["operation-failed", "session-lost", "conflict", "unrecorded", "undeclared", "shared"].map((kind) => ({ kind, severity: "warning", doc: kind })),
  resources: ["disk", "rng", "net", "hostdev", "chardev"],
};

/** Patterns with one place for an id at most, and who answers. */
export const handlers: [RegExp, Handler][] = [
  [/^\/status$/, status],
  [/^\/kinds$/, () => kinds],
  [/^\/timeline$/, timeline],
  [/^\/guests$/, (w, q) => page(w.runs.map((_, g) => g).filter((g) => w.name(g).startsWith(q.get("prefix") ?? "")).map((g) => guest(w, g)), q)],
  [/^\/guests\/([^/]+)$/, (w, q, id) => ({ guest: guest(w, place(w, id)), session: sessionDetail(w, q, String(w.runs[place(w, id)]!.at(-1)!.id)), findings: counts(w, place(w, id)), unwatched: [] })],
  [/^\/guests\/([^/]+)\/definitions$/, definitions],
  [/^\/guests\/([^/]+)\/definition$/, definition],
  [/^\/guests\/([^/]+)\/witnesses$/, witnesses],
  [/^\/sessions$/, sessions],
  [/^\/sessions\/(\d+)$/, sessionDetail],
  [/^\/holdings$/, holdings],
  [/^\/findings$/, findings],
  [/^\/findings\/(.+)$/, findingDetail],
  [/^\/facts\/(\d+)$/, (w, _q, id) => fact(w, Number(id))],
  [/^\/facts$/, (w) => ({ items: [fact(w, 1)], next_after: null, left_out: 0 })],
  [/^\/rng$/, rng],
  [/^\/search$/, search],
];

function counts(w: World, g: number): Record<string, number> {
  const n: Record<string, number> = { info: 0, warning: 0, critical: 0 };
  for (const t of w.troublesOf(g)) n[t.severity]!++;
  return n;
}
