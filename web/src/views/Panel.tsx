// What was picked in the timeline, beside it.
import type { JSX } from "preact";
import { part } from "../lib/api";
import { useLoad } from "../lib/load";
import type { FindingDetail, SessionDetail } from "../lib/types";
import { findingURL, guestURL } from "../lib/urls";
import { Link } from "../ui/Link";
import { Loading, Problem } from "../ui/Notice";
import { ResourceLink } from "../ui/ResourceLink";
import { Time } from "../ui/Time";
import { FindingHead } from "./FindingHead";
import { FactView, ProofOf } from "./Proof";
import { SessionHead } from "./SessionHead";

export interface PanelProps {
  session: string | null;
  finding: string | null;
  /** FACT.NTH of an event. */
  event: string | null;
  onClose: () => void;
}

export function Panel({ session, finding, event, onClose }: PanelProps): JSX.Element {
  const title = session !== null ? "Session" : finding !== null ? "Finding" : "Failed attempt";
  return (
    <aside class="panel" aria-label={title} onKeyDown={(e) => e.key === "Escape" && onClose()}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="quiet" onClick={onClose} aria-label="Close">
          ✕
        </button>
      </header>
      {session !== null && <SessionPart id={session} />}
      {session === null && finding !== null && <FindingPart id={finding} />}
      {session === null && finding === null && event !== null && <ProofOf proof={{ fact: Number(event.split(".")[0]) }} />}
    </aside>
  );
}

function SessionPart({ id }: { id: string }): JSX.Element {
  const { value, failure, again } = useLoad<SessionDetail>(`/sessions/${part(id)}`);
  if (failure) return <Problem failure={failure} again={again} />;
  if (!value) return <Loading what="the session" />;
  const s = value.session;
  return (
    <>
      <SessionHead session={s} />
      <p>
        <Link to={guestURL(s.guest, (s.start ?? s.first)?.ms)}>The guest at this time</Link>
      </p>
      <h3>Held {value.holdings.length === 0 && "nothing that was recorded"}</h3>
      <table class="plain">
        <tbody>
          {value.holdings.slice(0, 200).map((h, i) => (
            <tr key={i}>
              <th scope="row">{h.kind}</th>
              <td class="mono">
                <ResourceLink kind={h.kind} id={h.id} at={h.from?.ms} />
                {h.by && <span class="muted"> by {h.by}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {value.holdings.length > 200 && <p class="muted">and {value.holdings.length - 200} more: open the guest's lane, or the guest.</p>}
      {value.attempts.length > 0 && <h3>{s.state === "failed" ? "Would have held" : "Failed"}</h3>}
      <table class="plain">
        <tbody>
          {value.attempts.slice(0, 100).map((a, i) => (
            <tr key={i}>
              <th scope="row">{a.op}</th>
              <td>
                {a.kind} <span class="mono">{a.id}</span> <Time at={a.at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function FindingPart({ id }: { id: string }): JSX.Element {
  const { value, failure, again } = useLoad<FindingDetail>(`/findings/${part(id)}`);
  if (failure) return <Problem failure={failure} again={again} />;
  if (!value) return <Loading what="the finding" />;
  return (
    <>
      <FindingHead finding={value.finding} />
      <p>
        <Link to={findingURL(id)}>Open among the findings</Link>
      </p>
      {value.facts.map((f) => (
        <FactView key={f.seq} fact={f} />
      ))}
    </>
  );
}
