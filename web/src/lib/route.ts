// Where the page is: all that a view shows is told by the address, so that it
// can be sent to somebody and the browser's back goes back.
import { Store } from "./store";

export interface Route {
  readonly path: string;
  readonly query: URLSearchParams;
  /** The view told the address, and not the address the view. */
  readonly told: boolean;
}

function here(told = false): Route {
  return { path: location.pathname, query: new URLSearchParams(location.search), told };
}

export const route = new Store<Route>(here());

addEventListener("popstate", () => {
  route.value = here();
});

/** Goes to an address of this page, as a new step of the browser's history. */
export function go(url: string): void {
  if (url === location.pathname + location.search) return;
  history.pushState(null, "", url);
  route.value = here();
}

/** Says where the page is by now without a step of its own: a pan, a key typed. */
export function settle(url: string): void {
  if (url === location.pathname + location.search) return;
  history.replaceState(history.state, "", url);
  route.value = here(true);
}

/** An address of this page: keys without a value are left out. */
export function address(path: string, query: Record<string, string | number | undefined> = {}): string {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") q.set(key, String(value));
  }
  const text = q.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** The present address with some keys changed; undefined takes a key away. */
export function changed(query: Record<string, string | number | undefined>): string {
  const now = Object.fromEntries(route.value.query);
  return address(route.value.path, { ...now, ...query });
}

/** A part of an address as it was meant; one that is malformed stays as it stands. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What stands below a prefix of a path: the guest of /guest/X. */
export function below(path: string, prefix: string): string | undefined {
  return path.startsWith(prefix) ? decoded(path.slice(prefix.length)) : undefined;
}
