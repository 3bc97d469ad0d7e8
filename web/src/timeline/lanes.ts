// The lanes of all guests, of which only what is in view is ever loaded.
import { aborted, get, type Failure, type Query } from "../lib/api";
import { learn } from "../lib/clock";
import { asFailure } from "../lib/load";
import type { Change, Timeline } from "../lib/types";
import { lanesPerPage, Recent, windowOf, type Window } from "./blocks";
import { contentOf, laneOf, rowsOf, unwatchedOf } from "./convert";
import type { Content, Lane, Row, Unwatched } from "./model";
import type { Source } from "./source";
import type { Range } from "./viewport";

interface Block {
  content: Content[];
  stale: boolean;
}

interface Open {
  id: string;
  index: number;
  rows: Row[];
  /** The window that rows are of. */
  key: string;
  stale: boolean;
}

interface Wish {
  key: string;
  query: Query;
  take: (t: Timeline) => Block | Open;
}

// A view that moves asks when it rests for a moment, and a trail that grows
// quickly is looked at again no more often than this.
const rest = 50;
const refresh = 1500;
const atOnce = 3;

export class Lanes implements Source {
  count = 0;
  unwatched: Unwatched[] = [];
  opened: ReadonlyMap<number, number> = new Map();
  failure: Failure | undefined;
  loading = false;
  private version = "";
  private readonly known = new Map<number, Lane>();
  private readonly blocks = new Recent<Block>(48);
  private readonly latest = new Recent<Block>(32);
  private readonly open = new Map<string, Open>();
  private readonly running = new Map<string, AbortController>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private refreshed = 0;
  /** How often the trail has grown, and what was asked for before it did last. */
  private growths = 0;
  private readonly behind = new Set<Block | Open>();
  private view: { window: Window; first: number; last: number } | undefined;
  private closed = false;

  /** changed is called when there is something new to draw. */
  constructor(
    private readonly filter: Query,
    private readonly changed: () => void,
  ) {}

  lane(index: number): Lane | undefined {
    return this.known.get(index);
  }

  content(index: number): Content | undefined {
    const page = Math.floor(index / lanesPerPage);
    const block = this.blocks.get(`${page}@${this.view?.window.key}`) ?? this.latest.get(String(page));
    return block?.content[index - page * lanesPerPage];
  }

  /** Where a guest's lane is, if it was seen. */
  placeOf(id: string): number | undefined {
    for (const [index, lane] of this.known) if (lane.key === id) return index;
    return undefined;
  }

  rows(index: number): readonly Row[] {
    for (const o of this.open.values()) if (o.index === index) return o.rows;
    return [];
  }

  look(range: Range, width: number, first: number, last: number): void {
    this.view = { window: windowOf(range, width), first, last };
    this.timer ??= setTimeout(() => this.renew(), rest);
  }

  /** Opens the lanes of these guests and closes all others. */
  openOnly(guests: { id: string; index: number }[]): void {
    const ids = new Set(guests.map((g) => g.id));
    for (const id of [...this.open.keys()]) if (!ids.has(id)) this.open.delete(id);
    for (const g of guests) {
      if (!this.open.has(g.id)) this.open.set(g.id, { ...g, rows: [], key: "", stale: false });
    }
    this.measure();
    this.changed();
    this.load();
  }

  /** Takes note that the trail has grown; undefined: anything may be new. */
  grown(change: Change | undefined): void {
    const touched = change && new Set([...change.sessions.map((s) => s.guest), ...change.findings.map((f) => f.guest)]);
    const all = !change || change.merged.length > 0 || change.dropped.length > 0;
    this.failure = undefined;
    for (const b of this.blocks.values()) b.stale = true;
    for (const o of this.open.values()) o.stale ||= all || touched!.has(o.id);
    this.growths++;
    this.later();
  }

  private later(): void {
    this.timer ??= setTimeout(
      () => {
        this.refreshed = Date.now();
        this.renew();
      },
      Math.max(rest, this.refreshed + refresh - Date.now()),
    );
  }

  private renew(): void {
    this.timer = undefined;
    for (const b of this.behind) b.stale = true;
    this.behind.clear();
    this.load();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const stop of this.running.values()) stop.abort();
  }

  again(): void {
    this.failure = undefined;
    this.load();
  }

  private load(): void {
    if (this.closed || !this.view || this.failure) return;
    const wishes = this.wishes(this.view);
    const wanted = new Set(wishes.map((w) => w.key));
    for (const [key, stop] of this.running) if (!wanted.has(key)) stop.abort();
    for (const w of wishes) {
      if (this.running.size >= atOnce) break;
      if (!this.running.has(w.key)) void this.ask(w);
    }
    const loading = this.running.size > 0;
    if (loading !== this.loading) {
      this.loading = loading;
      this.changed();
    }
  }

  private wishes({ window, first, last }: NonNullable<Lanes["view"]>): Wish[] {
    const list: Wish[] = [];
    const base = { ...this.filter, from: window.from, to: window.to, resolution: window.resolution };
    for (let page = Math.floor(Math.max(0, first) / lanesPerPage); page <= Math.max(0, last) / lanesPerPage; page++) {
      const key = `${page}@${window.key}`;
      const held = this.blocks.get(key);
      if (held) this.blocks.touch(key);
      if (held && !held.stale) continue;
      const query = { ...base, first: page * lanesPerPage, count: lanesPerPage };
      list.push({ key, query, take: (t) => this.takePage(page, key, t) });
    }
    for (const o of this.open.values()) {
      if ((o.key === window.key && !o.stale) || o.index < first || o.index > last) continue;
      const query = { ...base, first: o.index, count: 1, lane: [o.id] };
      list.push({ key: `${o.id}@${window.key}`, query, take: (t) => this.takeOpen(o, window.key, t) });
    }
    return list;
  }

  private async ask(w: Wish): Promise<void> {
    const stop = new AbortController();
    this.running.set(w.key, stop);
    const growths = this.growths;
    try {
      const t = await get<Timeline>("/timeline", w.query, stop.signal);
      if (this.closed) return;
      this.take(t);
      const taken = w.take(t);
      if (growths !== this.growths) { // the answer may be of before
        this.behind.add(taken);
        this.later();
      }
    } catch (e) {
      if (!aborted(e)) this.failure = asFailure(e);
    } finally {
      this.running.delete(w.key);
      if (!this.closed) {
        this.changed();
        this.load();
      }
    }
  }

  /** What every answer tells of all lanes. */
  private take(t: Timeline): void {
    if (t.version !== this.version && this.version !== "") {
      // Lanes have other places now: what is known by place is of no use.
      this.known.clear();
      this.blocks.clear();
      this.latest.clear();
      for (const o of this.open.values()) o.index = -1;
    }
    this.version = t.version;
    this.count = t.total;
    learn(t.now);
    this.unwatched = unwatchedOf(t.unwatched);
    for (const lane of t.lanes) {
      this.known.set(lane.lane, laneOf(lane));
      const o = this.open.get(lane.guest);
      if (o) o.index = lane.lane;
    }
    this.measure();
  }

  private takePage(page: number, key: string, t: Timeline): Block {
    const block = { content: t.lanes.map(contentOf), stale: false };
    this.blocks.set(key, block);
    this.latest.set(String(page), block);
    return block;
  }

  private takeOpen(o: Open, key: string, t: Timeline): Open {
    const lane = t.lanes.find((l) => l.guest === o.id);
    o.key = key;
    o.stale = false;
    if (lane) o.rows = rowsOf(lane);
    this.measure();
    return o;
  }

  private measure(): void {
    const opened = new Map<number, number>();
    for (const o of this.open.values()) if (o.index >= 0) opened.set(o.index, Math.max(1, o.rows.length));
    this.opened = opened;
  }
}
