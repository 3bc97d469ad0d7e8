// The service itself: which sources it has, and what is missing.
import type { JSX } from "preact";
import { bytes } from "../lib/amount";
import { useLoad } from "../lib/load";
import { span, zone } from "../lib/time";
import type { Source, Status } from "../lib/types";
import { Loading, Problem } from "../ui/Notice";
import { Table, type Col } from "../ui/Table";
import { Time } from "../ui/Time";

const tones: Record<Source["state"], string> = { up: "running", down: "critical", starting: "info", missing: "warning" };

const cols: Col<Source>[] = [
  { name: "Source", width: 260, cell: (s) => <span class="mono">{s.name}</span> },
  { name: "Witness", width: 90, cell: (s) => s.witness },
  { name: "State", width: 100, cell: (s) => <span class={`badge is-${tones[s.state]}`}>{s.state}</span> },
  { name: "Since", width: 168, cell: (s) => <Time at={s.since} /> },
  { name: "Behind", width: 90, right: true, cell: (s) => (s.lag_ms === null ? "" : span(s.lag_ms)) },
  { name: "Records", width: 100, right: true, cell: (s) => s.records.toLocaleString() },
  { name: "Observations", width: 110, right: true, cell: (s) => s.observations.toLocaleString() },
  { name: "Lost", width: 80, right: true, cell: (s) => (s.lost > 0 ? <span class="is-critical">{s.lost.toLocaleString()}</span> : 0) },
  { name: "Problem", cell: (s) => s.problem && <span title={s.problem}>{s.problem}</span> },
];

export function ServiceView(): JSX.Element {
  const { value: s, failure, again } = useLoad<Status>("/status");
  if (failure) return <Problem failure={failure} again={again} />;
  if (!s) return <Loading what="the service's state" />;
  return (
    <div class="view">
      <header class="guest-head">
        <h1>virtaudit {s.version}</h1>
        <span class={`badge is-${s.ready ? "running" : "critical"}`}>{s.ready ? "ready" : "not ready"}</span>
        {s.demo && <span class="badge is-info">demo: a shipped trail, no host's</span>}
        <dl class="inline">
          <div><dt>on</dt><dd>{s.node}</dd></div>
          <div><dt>since</dt><dd><Time at={s.started} /></dd></div>
          <div><dt>guests running</dt><dd>{s.running}</dd></div>
          <div><dt>facts</dt><dd>{s.store.facts.toLocaleString()}</dd></div>
          <div><dt>store</dt><dd><span class="mono">{s.store.path}</span> {bytes(s.store.bytes)}{s.store.full && <strong class="is-critical"> full</strong>}</dd></div>
          <div><dt>emission</dt><dd>{s.emit}</dd></div>
          <div><dt>times are in</dt><dd>{zone()}</dd></div>
        </dl>
      </header>
      {[...s.reasons, ...s.warnings].length > 0 && (
        <div class="warnings" role="status">
          <ul>
            {[...s.reasons, ...s.warnings].map((w) => (
              <li key={w}>{w}</li>
            ))}
          </ul>
        </div>
      )}
      <Table label="Sources" cols={cols} rows={s.sources} id={(r) => r.name} />
    </div>
  );
}
