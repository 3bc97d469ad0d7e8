// What the tests look at: the mock, or the service that VIRTAUDIT_URL and
// VIRTAUDIT_TOKEN name.
import { Mock } from "./mock/server";
import { World } from "./mock/world";

export interface Site {
  base: string;
  token: string;
  /** Only of the mock. */
  mock: Mock | undefined;
  world: World | undefined;
  get: <T>(path: string) => Promise<T>;
  close: () => Promise<void>;
}

async function ask<T>(base: string, token: string, path: string): Promise<T> {
  const r = await fetch(`${base}/api/v1${path}`, { headers: token === "" ? {} : { Authorization: `Bearer ${token}` } });
  if (!r.ok) throw new Error(`${path}: ${r.status} ${await r.text()}`);
  return (await r.json()) as T;
}

/** A mock of its own, whatever the environment says: for what no service does on request. */
export async function mocked(guests: number, perRun = 20): Promise<Site & { mock: Mock; world: World }> {
  const world = new World(guests, perRun, Date.now());
  const mock = new Mock(world, "secret", "dist");
  const base = await mock.listen();
  return { base, token: "secret", mock, world, get: (path) => ask(base, "secret", path), close: () => mock.close() };
}

export async function site(guests: number): Promise<Site> {
  const url = process.env["VIRTAUDIT_URL"];
  if (url === undefined) return mocked(guests);
  const base = url.replace(/\/(#.*)?$/, "");
  const token = process.env["VIRTAUDIT_TOKEN"] ?? "";
  return { base, token, mock: undefined, world: undefined, get: (path) => ask(base, token, path), close: () => Promise.resolve() };
}
