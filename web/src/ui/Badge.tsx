// States and severities: a word and a form, with a colour beside it.
import type { JSX } from "preact";
import type { Severity, State, Witness } from "../lib/types";

const states: Record<State, string> = { running: "running", closed: "stopped", lost: "lost", failed: "start failed", starting: "starting" };

export function StateBadge({ state }: { state: State }): JSX.Element {
  return <span class={`badge is-${state}`}>{states[state]}</span>;
}

export function SeverityBadge({ severity }: { severity: Severity }): JSX.Element {
  return <span class={`badge is-${severity}`}>{severity}</span>;
}

/** Who shows something where the log doesn't, or does not alone. */
export function By({ by, also = [] }: { by?: Witness | undefined; also?: Witness[] | undefined }): JSX.Element {
  const all = [by ?? "log", ...also.filter((w) => w !== by)];
  return (
    <span class="witnesses">
      {all.map((w) => (
        <span key={w} class={`witness is-${w}`}>
          {w}
        </span>
      ))}
    </span>
  );
}
