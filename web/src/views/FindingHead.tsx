// A finding in a few lines.
import type { JSX } from "preact";
import type { Finding } from "../lib/types";
import { guestURL, timelineURL } from "../lib/urls";
import { SeverityBadge } from "../ui/Badge";
import { Link } from "../ui/Link";
import { ResourceLink } from "../ui/ResourceLink";
import { Time } from "../ui/Time";

export function FindingHead({ finding: f }: { finding: Finding }): JSX.Element {
  const at = f.at?.ms;
  return (
    <div class="finding-head">
      <p class="title">
        <SeverityBadge severity={f.severity} /> <strong>{f.kind}</strong> {f.count > 1 && <span class="muted">×{f.count}</span>}
      </p>
      <p class="sentence">{f.text}</p>
      <dl class="facts">
        <dt>At</dt>
        <dd>
          <Time at={f.at} precise />
          {f.until && (
            <>
              {" until "}
              <Time at={f.until} precise />
            </>
          )}
        </dd>
        {f.guest && <dt>Guest</dt>}
        {f.guest && (
          <dd>
            <Link to={guestURL(f.guest, at)}>{f.name || f.uuid}</Link> {f.node && <span class="muted">on {f.node}</span>}
          </dd>
        )}
        {!f.guest && f.node && <dt>Host</dt>}
        {!f.guest && f.node && <dd>{f.node}</dd>}
        {f.resource && <dt>Resource</dt>}
        {f.resource && (
          <dd>
            {f.resource.kind} <ResourceLink kind={f.resource.kind} id={f.resource.id} at={at} />
          </dd>
        )}
        {f.by && <dt>Compared with</dt>}
        {f.by && <dd>{f.by}</dd>}
      </dl>
      {at !== undefined && <Link to={`${timelineURL(at - 600_000, at + 600_000)}&finding=${encodeURIComponent(f.id)}`}>This time in the timeline</Link>}
    </div>
  );
}
