// How a guest was defined, and each change with what was before and after.
import type { JSX } from "preact";
import { amount } from "../lib/amount";
import { part, type Failure } from "../lib/api";
import { useList, useLoad } from "../lib/load";
import { newest } from "../lib/order";
import { changed } from "../lib/route";
import type { Definition, DefinitionRow, Thing } from "../lib/types";
import { By } from "../ui/Badge";
import { Link } from "../ui/Link";
import { Empty, Loading, Problem } from "../ui/Notice";
import { ResourceLink } from "../ui/ResourceLink";
import { Time } from "../ui/Time";
import { Unwatched } from "./Unwatched";

function Unseen(): JSX.Element {
  return (
    <Empty title="No definition is known">
      <p>
        No hypervisor showed one at this time: only the log tells of this guest then. Definitions are kept while{" "}
        <code>virtaudit serve</code> watches libvirt or QEMU; see <Link to="/service">Service</Link>.
      </p>
    </Empty>
  );
}

function failed(f: Failure, again: () => void): JSX.Element {
  return f.status === 404 ? <Unseen /> : <Problem failure={f} again={again} />;
}

export function DefinitionPart({ guest, at }: { guest: string; at: number | undefined }): JSX.Element {
  const { value, failure, again } = useLoad<Definition>(`/guests/${part(guest)}/definition`, { at });
  if (failure) return failed(failure, again);
  if (!value) return <Loading what="the definition" />;
  return (
    <div class="scroll">
      <p class="muted pad">
        As <By by={value.witness} /> {value.source} showed it at <Time at={value.at} />
        {value.unchanged_until.ms > value.at.ms && (
          <>
            , known to be unchanged until <Time at={value.unchanged_until} />
          </>
        )}
      </p>
      <Unwatched spans={value.unwatched} />
      <div class="halves">
        <Things things={value.things} at={at} />
        {value.text !== null && (
          <pre class="raw" tabIndex={0} aria-label="The definition's text">
            {value.text}
          </pre>
        )}
      </div>
    </div>
  );
}

function Things({ things, at }: { things: Thing[]; at: number | undefined }): JSX.Element {
  return (
    <table class="plain" aria-label="What it has">
      <tbody>
        {things.map((t, i) => (
          <tr key={i}>
            <th scope="row">{things[i - 1]?.kind === t.kind ? "" : t.kind}</th>
            <td>{thing(t, at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function thing(t: Thing, at?: number): JSX.Element {
  const details = Object.entries(t.detail ?? {}).map(([k, v]) => `${k} ${t.kind === "mem" && k === "current" ? amount(t.kind, Number(v)) : v}`);
  return (
    <>
      {t.id !== undefined && <ResourceLink kind={t.kind} id={t.id} sub={t.sub} at={at} />}
      {t.value !== undefined && amount(t.kind, t.value)}
      {details.length > 0 && <span class="muted"> {details.join(", ")}</span>}
      {t.silent && <span class="chip" title="libvirt has no record for it, by its rules">never recorded</span>}
    </>
  );
}

export function ChangesPart({ guest, at }: { guest: string; at: number | undefined }): JSX.Element {
  const list = useList<DefinitionRow>(`/guests/${part(guest)}/definitions`, { ...newest }, 100);
  if (list.failure) return failed(list.failure, list.again);
  if (list.rows.length === 0) return list.loading ? <Loading what="the changes" /> : <Unseen />;
  return (
    <div class="scroll">
      <ol class="changes">
        {list.rows.map((row) => (
          <ChangeRow key={row.fact} row={row} now={row.at.ms === at} />
        ))}
      </ol>
      {list.more && (
        <p class="pad">
          <button type="button" disabled={list.loading} onClick={list.grow}>
            More
          </button>
        </p>
      )}
    </div>
  );
}

const whats: Record<DefinitionRow["what"], string> = { seen: "first seen", changed: "changed", gone: "gone", told: "told", failed: "could not be looked at" };

function ChangeRow({ row, now }: { row: DefinitionRow; now: boolean }): JSX.Element {
  const first = row.what === "seen"; // there was no before
  return (
    <li class={now ? "selected" : undefined}>
      <header>
        <Link to={changed({ at: row.at.ms })}>
          <Time at={row.at} precise />
        </Link>
        {row.after && (
          <span class="muted">
            {" "}
            (after <Time at={row.after} />)
          </span>
        )}{" "}
        <strong>{whats[row.what]}</strong> {row.state} <By by={row.witness} />
      </header>
      {row.problem && <p class="is-warning">{row.problem}</p>}
      {row.things.length + row.changes.length > 0 && (
        <table class="diff">
          <thead>
            <tr>
              <th scope="col">What</th>
              {!first && <th scope="col">Before</th>}
              <th scope="col">{first ? "It had" : "After"}</th>
            </tr>
          </thead>
          <tbody>
            {row.things.map((c, i) => (
              <tr key={`t${i}`}>
                <th scope="row">{c.kind}</th>
                {!first && <td class="before">{c.before ? thing(c.before, row.at.ms) : <span class="muted">none</span>}</td>}
                <td class={first ? undefined : "after"}>{c.after ? thing(c.after, row.at.ms) : <span class="muted">none</span>}</td>
              </tr>
            ))}
            {row.changes.map((c, i) => (
              <tr key={`c${i}`}>
                <th scope="row" class="mono">
                  {c.path}
                </th>
                {!first && <td class="before mono">{c.before ?? <span class="muted">none</span>}</td>}
                <td class={first ? "mono" : "after mono"}>{c.after ?? <span class="muted">none</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {row.changes_left_out > 0 && <p class="muted">and {row.changes_left_out} more changes of the text</p>}
    </li>
  );
}
