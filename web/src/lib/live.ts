// What the trail gains, as it does, and whether we are still told.
import { aborted, ask, Failure } from "./api";
import { Parser, type Message } from "./sse";
import { Store } from "./store";
import type { Change } from "./types";

export type Link = { state: "connecting" | "live" } | { state: "down"; status: number; again: number };

export const link = new Store<Link>({ state: "connecting" });

/** Counts up when what is shown may have changed: views that don't look closer load again. */
export const generation = new Store(0);

type Follower = (change: Change | undefined) => void;

const followers = new Set<Follower>();

/** Tells of each change; undefined: anything may have changed. */
export function onChange(f: Follower): () => void {
  followers.add(f);
  return () => followers.delete(f);
}

let lastID = "";
/** Something may have changed between what the views loaded and what the stream tells. */
let missed = false;
let counting: ReturnType<typeof setTimeout> | undefined;

function tell(change: Change | undefined): void {
  for (const f of [...followers]) f(change);
  // Many changes come together; the views need one word of them.
  counting ??= setTimeout(() => {
    counting = undefined;
    generation.value++;
  }, 700);
}

function take(m: Message): void {
  if (m.id !== "") lastID = m.id;
  if (m.event === "reset") tell(undefined);
  else if (m.event === "hello") {
    // After a break, what came meanwhile either follows or has to be read again.
    if (missed && !(JSON.parse(m.data) as { resumed?: boolean }).resumed) tell(undefined);
    missed = true;
  } else if (m.event === "change") tell(JSON.parse(m.data) as Change);
}

async function once(signal: AbortSignal): Promise<void> {
  const resume: Record<string, string> = lastID === "" ? {} : { "Last-Event-ID": lastID };
  const r = await ask("/events/stream", {}, signal, "text/event-stream", resume);
  if (!r.body) throw new Failure(0, "no answer", "");
  link.value = { state: "live" };
  const parser = new Parser(take);
  const reader = r.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.push(value);
  }
}

/**
 * Waits until the stream tells of all that changes, or for so long: what is loaded
 * then is loaded again when it does.
 */
export async function begun(ms: number): Promise<void> {
  await new Promise<void>((done) => {
    link.follow(() => done());
    setTimeout(done, ms);
  });
  missed = link.value.state !== "live";
}

const longest = 30_000;
let wake: (() => void) | undefined;

/** Tries at once what would be tried later. */
export function retry(): void {
  wake?.();
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    wake = () => {
      clearTimeout(timer);
      done();
    };
  });
}

/** Follows the stream for as long as the page is open, with ever longer pauses after failures. */
export async function follow(): Promise<never> {
  let wait = 500;
  addEventListener("online", retry);
  for (;;) {
    const began = Date.now();
    let status = 0;
    try {
      await once(new AbortController().signal);
    } catch (e) {
      if (e instanceof Failure) status = e.status;
      else if (!aborted(e) && !(e instanceof TypeError)) console.error(e);
    }
    missed = true;
    wait = Date.now() - began > 10_000 ? 500 : Math.min(wait * 2, longest);
    link.value = { state: "down", status, again: Date.now() + wait };
    await pause(wait);
    link.value = { state: "connecting" };
  }
}
