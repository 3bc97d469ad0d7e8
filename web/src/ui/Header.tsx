// The head of every view: where one can go, what can be found, and whether what
// is shown is still told as it happens.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { learn, told } from "../lib/clock";
import { link, retry } from "../lib/live";
import { useLoad } from "../lib/load";
import { useStore } from "../lib/store";
import { span, zone } from "../lib/time";
import type { Status } from "../lib/types";
import { Link } from "./Link";
import { Search } from "./Search";

const places: [string, string, (path: string) => boolean][] = [
  ["/", "Timeline", (p) => p === "/" || p === "/table"],
  ["/resource", "Resources", (p) => p === "/resource"],
  ["/findings", "Findings", (p) => p.startsWith("/findings")],
  ["/entropy", "Entropy", (p) => p === "/entropy"],
  ["/service", "Service", (p) => p === "/service"],
];

export function Header({ path, onHelp }: { path: string; onHelp: () => void }): JSX.Element {
  return (
    <header class="head">
      <Link to="/" class="brand" title="virtaudit: the timeline">
        <img src="/icon.svg" alt="" width="20" height="20" />
        <span>virtaudit</span>
      </Link>
      <nav aria-label="Views">
        {places.map(([to, name, here]) => (
          <Link key={to} to={to} current={here(path)}>
            {name}
          </Link>
        ))}
      </nav>
      <Search />
      <Live />
      <button type="button" class="quiet" onClick={onHelp} title="Keys and signs (?)" aria-label="Keys and signs">
        ?
      </button>
    </header>
  );
}

function Live(): JSX.Element {
  const state = useStore(link);
  const { value: status, failure } = useLoad<Status>("/status");
  useEffect(() => {
    if (status) learn(status.now.ms);
    else if (failure) told.value = true; // the view says what is wrong
  }, [status, failure]);
  const [, tick] = useState(0);
  useEffect(() => {
    if (state.state !== "down") return;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [state.state]);
  if (state.state === "down") {
    const wait = Math.max(0, state.again - Date.now());
    return (
      <span class="live is-down" role="status">
        <span class="lamp" /> {state.status === 401 ? "no token" : "disconnected"}
        <button type="button" class="quiet" onClick={retry}>
          retry{wait > 1500 ? ` (${span(wait)})` : ""}
        </button>
      </span>
    );
  }
  const troubled = status !== undefined && !status.ready;
  return (
    <span class={`live is-${state.state}`} role="status" title={status ? `${status.node}, virtaudit ${status.version}; times are ${zone()}` : undefined}>
      <span class="lamp" />
      {state.state === "live" ? (troubled ? "not ready" : "live") : "connecting"}
      {status && <span class="muted"> {status.demo ? "demo" : status.node}</span>}
    </span>
  );
}
