// A session in a few lines.
import type { JSX } from "preact";
import { span } from "../lib/time";
import type { Session } from "../lib/types";
import { guestURL, timelineURL } from "../lib/urls";
import { By, StateBadge } from "../ui/Badge";
import { Link } from "../ui/Link";
import { Time } from "../ui/Time";

const endless: Partial<Record<Session["state"], string>> = { running: "still runs", failed: "never ran" };

/** When it ended, as exactly as that is known. */
export function EndOf({ session: s }: { session: Session }): JSX.Element {
  if (s.end) return <Time at={s.end} />;
  if (!s.end_before) return <span class="muted">{endless[s.state] ?? "unknown"}</span>;
  return (
    <>
      before <Time at={s.end_before} />
    </>
  );
}

/** When it started; a session whose start is not in the log was there before its first record. */
export function StartOf({ session: s }: { session: Session }): JSX.Element {
  if (s.start) return <Time at={s.start} />;
  return (
    <>
      before <Time at={s.first} />
    </>
  );
}

/** How long it was, as far as that is known. */
export function lasted(s: Session): string {
  const from = s.start ?? s.first;
  if (!from || s.state === "failed" || s.state === "starting") return "";
  const least = s.start && s.end ? "" : "at least ";
  const to = s.end ?? s.end_after ?? (s.state === "running" ? undefined : s.last);
  if (!to) return "";
  return to.ms - from.ms > 0 ? least + span(to.ms - from.ms) : "";
}

export function SessionHead({ session: s }: { session: Session }): JSX.Element {
  const from = (s.start ?? s.first)?.ms ?? 0;
  const to = (s.end ?? s.end_before ?? s.last)?.ms ?? from;
  const room = Math.max(1000, (to - from) * 0.2);
  return (
    <div class="session-head">
      <p class="title">
        <Link to={guestURL(s.guest)}>{s.name || s.uuid}</Link> <span class="muted">session {s.number}</span> <StateBadge state={s.state} />
      </p>
      <dl class="facts">
        <dt>Started</dt>
        <dd>
          <StartOf session={s} /> {s.start_reason && <span class="chip">{s.start_reason}</span>}
        </dd>
        <dt>Ended</dt>
        <dd>
          <EndOf session={s} /> {s.end_reason && <span class="chip">{s.end_reason}</span>}
        </dd>
        {lasted(s) !== "" && <dt>Lasted</dt>}
        {lasted(s) !== "" && <dd>{lasted(s)}</dd>}
        {s.pid !== null && s.pid > 0 && <dt>Process</dt>}
        {s.pid !== null && s.pid > 0 && <dd>{s.pid}</dd>}
        <dt>Shown by</dt>
        <dd>
          <By by={s.by} />
        </dd>
      </dl>
      <Link to={timelineURL(from - room, to + room)}>This time in the timeline</Link>
    </div>
  );
}
