// The made-up host's rows as the service gives them.
import type { Finding, Guest, Holding, Session, Unwatched } from "../../src/lib/types";
import { moment, momentOrNull } from "./moment";
import { day, type Held, type Run, type Trouble, type World } from "./world";

export function guest(w: World, g: number): Guest {
  const runs = w.runs[g]!;
  const last = runs[runs.length - 1]!;
  return {
    id: w.id(g),
    node: w.node(g),
    uuid: w.uuid(g),
    name: w.name(g),
    virt: "kvm",
    running: last.state === "running",
    state: last.state,
    sessions: runs.length,
    session: last.id,
    first: moment(runs[0]!.from),
    last: moment(Math.min(last.to, w.now)),
    lane: g,
  };
}

export function session(w: World, r: Run): Session {
  const lost = r.state === "lost";
  return {
    id: r.id,
    guest: w.id(r.guest),
    node: w.node(r.guest),
    uuid: w.uuid(r.guest),
    name: w.name(r.guest),
    virt: "kvm",
    number: r.number,
    state: r.state,
    start: r.vague ? null : moment(r.from),
    start_reason: r.vague ? "" : "booted",
    end: lost ? null : momentOrNull(r.to),
    end_reason: lost ? "the host booted" : r.state === "closed" ? "shutdown" : "",
    end_after: lost ? moment(r.after!) : null,
    end_before: lost ? moment(r.to) : null,
    first: moment(r.from),
    last: moment(Math.min(r.to, w.now)),
    pid: r.state === "failed" ? null : 1000 + (r.id % 30000),
  };
}

export function holding(w: World, r: Run, h: Held): Holding {
  return {
    session: r.id,
    guest: w.id(r.guest),
    node: w.node(r.guest),
    uuid: w.uuid(r.guest),
    name: w.name(r.guest),
    kind: h.kind,
    id: h.id,
    op: h.from === r.from ? "start" : "attach",
    from: moment(h.from),
    to: momentOrNull(h.to),
    ended_by: h.to === Infinity ? "" : h.to === r.to ? "stop" : "detach",
    ...(h.by ? { by: "libvirt" as const } : { also: ["libvirt" as const] }),
    proof: [{ fact: r.id }],
  };
}

export function finding(w: World, t: Trouble): Finding {
  const run = w.run(t.run)!;
  return {
    id: t.id,
    kind: t.kind,
    severity: t.severity,
    node: w.node(t.guest),
    guest: w.id(t.guest),
    uuid: w.uuid(t.guest),
    name: w.name(t.guest),
    session: t.run,
    at: moment(t.at),
    until: null,
    resource: t.kind === "session-lost" ? null : { kind: "rng", id: "/dev/hwrng" },
    count: 1 + (run.id % 3),
    text: `${t.kind}: what ${w.name(t.guest)} did at this time is not what its records say (session ${run.number})`,
    proof: [{ fact: t.run }],
  };
}

/** Twice a year nobody watches for some hours. */
export function unwatched(w: World, from: number, to: number): Unwatched[] {
  const list: Unwatched[] = [];
  for (let at = w.begin + 90 * day; at < w.now; at += 180 * day) {
    if (at > to || at + day / 2 < from) continue;
    list.push({ node: "kvm1", source: "log", from: moment(at), to: moment(at + day / 2), text: "auditd was stopped" });
  }
  return list;
}
