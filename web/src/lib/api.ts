// Asking the service. Every question goes to the host that the page came from.
import { token } from "./token";
import type { Page } from "./types";

export type Query = Record<string, string | number | boolean | string[] | undefined>;

/** Why there is no answer. Status 0: nobody answered at all. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail === "" ? title : `${title}: ${detail}`);
  }
}

function url(path: string, query: Query): string {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === "") continue;
    if (Array.isArray(value)) for (const each of value) q.append(key, each);
    else q.set(key, String(value));
  }
  const text = q.toString();
  return `/api/v1${path}${text === "" ? "" : `?${text}`}`;
}

function headers(accept: string): Headers {
  const h = new Headers({ Accept: accept });
  const t = token();
  if (t !== "") h.set("Authorization", `Bearer ${t}`);
  return h;
}

async function failure(r: Response): Promise<Failure> {
  let [title, detail] = [r.statusText || `status ${r.status}`, ""];
  try {
    const p: unknown = await r.json();
    if (typeof p === "object" && p !== null) {
      const said = p as { title?: unknown; detail?: unknown };
      if (typeof said.title === "string") title = said.title;
      if (typeof said.detail === "string") detail = said.detail;
    }
  } catch {
    // It is no Problem, as from something that stands between; its status says enough.
  }
  return new Failure(r.status, title, detail);
}

/** Asks, and gives the response once it is known to be an answer. */
export async function ask(path: string, query: Query, signal?: AbortSignal, accept = "application/json", more?: Record<string, string>): Promise<Response> {
  const h = headers(accept);
  for (const [name, value] of Object.entries(more ?? {})) h.set(name, value);
  let r: Response;
  try {
    r = await fetch(url(path, query), { headers: h, signal: signal ?? null, credentials: "same-origin", cache: "no-cache" });
  } catch (e) {
    if (e instanceof DOMException && e.name === "AbortError") throw e;
    throw new Failure(0, "no answer", "");
  }
  if (!r.ok) throw await failure(r);
  return r;
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const r = await ask(path, query, signal);
  return (await r.json()) as T;
}

/** Reads a list to its end, or to so many rows. */
export async function all<T>(path: string, query: Query, most: number, signal?: AbortSignal): Promise<{ rows: T[]; more: boolean }> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<T> = await get<Page<T>>(path, { ...query, limit: 1000, cursor }, signal);
    rows.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && rows.length < most);
  return { rows, more: cursor !== undefined };
}

export function aborted(e: unknown): boolean {
  return e instanceof DOMException && e.name === "AbortError";
}

/** One part of a path; a guest's id may hold anything. */
export function part(text: string | number): string {
  return encodeURIComponent(String(text));
}
