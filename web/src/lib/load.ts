// Loading for a view: what it shows while it waits, and when it fails.
import { useEffect, useRef, useState } from "preact/hooks";
import { aborted, Failure, get, type Query } from "./api";
import { generation } from "./live";
import { useStore } from "./store";
import type { Page } from "./types";

export interface Loaded<T> {
  value: T | undefined;
  failure: Failure | undefined;
  loading: boolean;
  again: () => void;
}

export function asFailure(e: unknown): Failure {
  return e instanceof Failure ? e : new Failure(-1, "the page could not read the answer", e instanceof Error ? e.message : String(e));
}

/**
 * Loads what a path and a query name, anew when they change and, where live is
 * set, when the trail has. An older answer stays until the next is there, if it
 * was to the same question. No path: nothing is asked.
 */
export function useLoad<T>(path: string | undefined, query: Query = {}, live = true): Loaded<T> {
  const key = path === undefined ? "" : path + JSON.stringify(query);
  const grown = useStore(generation);
  const [tries, setTries] = useState(0);
  const [held, hold] = useState<{ key: string; value?: T; failure?: Failure }>({ key: "" });
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    get<T>(path, query, stop.signal).then(
      (value) => hold({ key, value }),
      (e: unknown) => {
        // What is shown stays when it only could not be refreshed: the head tells.
        if (!aborted(e)) hold((was) => (was.key === key && was.value !== undefined ? was : { key, failure: asFailure(e) }));
      },
    );
    return () => stop.abort();
  }, [key, tries, live ? grown : 0]);
  const mine = held.key === key;
  return {
    value: mine ? held.value : undefined,
    failure: mine ? held.failure : undefined,
    loading: !mine && path !== undefined,
    again: () => setTries((n) => n + 1),
  };
}

export interface List<T> {
  rows: T[];
  more: boolean;
  failure: Failure | undefined;
  loading: boolean;
  first: Page<T> | undefined;
  /** The trail has grown since, and the list is too long to be read anew unasked. */
  stale: boolean;
  /** Loads the next page, if there is one and none is on its way. */
  grow: () => void;
  again: () => void;
}

interface Held<T> {
  key: string;
  rows: T[];
  next: string | null;
  first: Page<T> | undefined;
  failure: Failure | undefined;
  busy: boolean;
  stale: boolean;
  tries: number;
}

/** Loads a list page by page, as far as it is looked at. */
export function useList<T>(path: string | undefined, query: Query = {}, size = 200): List<T> {
  const key = path === undefined ? "" : path + JSON.stringify(query);
  const grown = useStore(generation);
  const [tries, setTries] = useState(0);
  const empty = (busy: boolean): Held<T> => ({ key, rows: [], next: null, first: undefined, failure: undefined, busy, stale: false, tries });
  const [held, hold] = useState<Held<T>>(() => empty(true));
  const now = useRef(held);
  now.current = held;
  const set = (h: Held<T>): void => {
    now.current = h;
    hold(h);
  };
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    const same = now.current.key === key;
    // A long list that is read is not drawn away from under its reader.
    if (same && now.current.rows.length > 1000 && !now.current.failure && now.current.tries === tries) {
      set({ ...now.current, stale: true });
      return;
    }
    if (!same) set(empty(true));
    // As many rows as were there, so that what is looked at stays in its place.
    const want = Math.min(1000, Math.max(size, same ? now.current.rows.length : 0));
    get<Page<T>>(path, { ...query, limit: want }, stop.signal).then(
      (page) => set({ key, rows: page.items, next: page.next, first: page, failure: undefined, busy: false, stale: false, tries }),
      (e: unknown) => {
        if (!aborted(e) && now.current.first === undefined) set({ ...empty(false), failure: asFailure(e) });
      },
    );
    return () => stop.abort();
  }, [key, grown, tries]);
  const grow = (): void => {
    const h = now.current;
    if (path === undefined || h.busy || h.next === null || h.key !== key) return;
    set({ ...h, busy: true });
    get<Page<T>>(path, { ...query, limit: size, cursor: h.next }).then(
      (page) => {
        if (now.current.key !== key) return;
        set({ ...now.current, rows: [...now.current.rows, ...page.items], next: page.next, busy: false });
      },
      (e: unknown) => set({ ...now.current, busy: false, failure: asFailure(e) }),
    );
  };
  const mine = held.key === key;
  return {
    rows: mine ? held.rows : [],
    more: mine && held.next !== null,
    failure: mine ? held.failure : undefined,
    loading: path !== undefined && (!mine || held.busy),
    first: mine ? held.first : undefined,
    stale: mine && held.stale,
    grow,
    again: () => setTries((n) => n + 1),
  };
}
