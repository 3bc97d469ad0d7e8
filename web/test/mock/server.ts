// A stand-in for `virtaudit serve`: the same addresses, headers and answers, over
// a made-up host of any size.
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { Change } from "../../src/lib/types";
import { handlers, NotFound } from "./handlers";
import { session } from "./rows";
import type { World } from "./world";

export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const types: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

export class Mock {
  private readonly server: Server;
  private readonly streams = new Set<ServerResponse>();
  /** Answers with this status instead, where it is set. */
  failWith = 0;
  private readonly held = new Map<string, Promise<void>>();

  constructor(
    private world: World,
    private readonly token: string,
    private readonly dist: string,
  ) {
    this.server = createServer((req, res) => void this.serve(req, res));
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((done) => this.server.listen(port, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** Holds back the answers at a path until the function that it gives is called. */
  hold(path: string): () => void {
    let go = (): void => undefined;
    this.held.set(`/api/v1${path}`, new Promise((done) => (go = done)));
    return go;
  }

  show(world: World): void {
    this.world = world;
  }

  /** Breaks all streams, as a restart does. */
  drop(): void {
    for (const s of this.streams) s.destroy();
  }

  /** A guest's last session ends. */
  stop(guest: number): void {
    const run = this.world.runs[guest]!.at(-1)!;
    run.state = "closed";
    run.to = Date.now();
    const change: Change & { events: unknown[] } = { sessions: [session(this.world, run)], merged: [], events: [], findings: [], dropped: [] };
    for (const s of this.streams) s.write(`id: 2\nevent: change\ndata: ${JSON.stringify(change)}\n\n`);
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? "/", "http://mock");
    if (!url.pathname.startsWith("/api/")) return this.file(url.pathname, res);
    await this.held.get(url.pathname);
    if (req.headers.authorization !== `Bearer ${this.token}`) return problem(res, 401, "this needs a token");
    if (this.failWith > 0) return problem(res, this.failWith, "the mock was told to fail");
    if (url.pathname === "/api/v1/events/stream") return this.stream(req, res);
    this.answer(url, res);
  }

  private answer(url: URL, res: ServerResponse): void {
    const path = url.pathname.slice("/api/v1".length);
    for (const [pattern, handle] of handlers) {
      const m = pattern.exec(path);
      if (!m) continue;
      try {
        const body = JSON.stringify(handle(this.world, url.searchParams, decodeURIComponent(m[1] ?? "")));
        res.writeHead(200, { "Content-Type": "application/json" }).end(body);
      } catch (e) {
        problem(res, e instanceof NotFound ? 404 : 500, String(e));
      }
      return;
    }
    problem(res, 404, `there is no ${path}`);
  }

  private async file(path: string, res: ServerResponse): Promise<void> {
    const name = extname(path) === "" ? "/index.html" : path;
    try {
      const body = await readFile(join(this.dist, name));
      res.writeHead(200, { "Content-Type": types[extname(name)] ?? "text/plain", "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff" }).end(body);
    } catch {
      problem(res, 404, "no such file");
    }
  }

  private stream(req: IncomingMessage, res: ServerResponse): void {
    res.writeHead(200, { "Content-Type": "text/event-stream" });
    res.write(`id: 1\nevent: hello\ndata: {"resumed": false}\n\n`);
    this.streams.add(res);
    req.on("close", () => this.streams.delete(res));
  }
}

function problem(res: ServerResponse, status: number, detail: string): void {
  res.writeHead(status, { "Content-Type": "application/problem+json" }).end(JSON.stringify({ type: "about:blank", title: `status ${status}`, status, detail }));
}
