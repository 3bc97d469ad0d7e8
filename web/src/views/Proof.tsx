// What proves a statement: the record as it stands in the log with its fields
// decoded beside it, or what a witness showed.
import type { JSX } from "preact";
import { useLoad } from "../lib/load";
import type { Fact, Field, Page, Proof as Named } from "../lib/types";
import { part } from "../lib/api";
import { Loading, Problem } from "../ui/Notice";
import { Time } from "../ui/Time";

const parts: Record<Field["part"], string> = {
  kernel: "the kernel wrote",
  message: "the sender wrote",
  libaudit: "libaudit added",
  auditd: "auditd added",
};

export function FactView({ fact }: { fact: Fact }): JSX.Element {
  return (
    <article class="fact">
      <header>
        <strong>{fact.record ? fact.record.type : fact.kind}</strong>
        {fact.record?.kind && <span class="chip">{fact.record.kind}</span>}
        {fact.record?.result === "failed" && <span class="badge is-failed">failed</span>}
        {fact.record?.marks.map((m) => (
          <span key={m} class="chip is-warning">
            {m}
          </span>
        ))}
        <span class="push" />
        <span class="muted">
          fact {fact.seq}, {fact.source} on {fact.node}, <Time at={fact.at} precise />
        </span>
      </header>
      {fact.record?.doc && <p class="muted">{fact.record.doc}</p>}
      <div class="proof">
        <pre class="raw" tabIndex={0} aria-label="As it was written">
          {fact.record ? (fact.line ?? fact.text) : pretty(fact)}
        </pre>
        {fact.record && <Fields fields={fact.record.fields} />}
      </div>
      {fact.problem && <p class="is-warning">It can't be decoded: {fact.problem}</p>}
    </article>
  );
}

/** An observation is kept as one line of JSON; people read it in lines. */
function pretty(fact: Fact): string {
  return fact.observation ? JSON.stringify(fact.observation, null, 2) : fact.text;
}

function Fields({ fields }: { fields: Field[] }): JSX.Element {
  return (
    <table class="fields" aria-label="Decoded field by field">
      <tbody>
        {fields.map((f, i) => (
          <FieldRow key={i} field={f} first={fields[i - 1]?.part !== f.part} />
        ))}
      </tbody>
    </table>
  );
}

function FieldRow({ field: f, first }: { field: Field; first: boolean }): JSX.Element {
  const value = f.value === null ? <span class="muted">none</span> : String(f.value);
  // What is written as it is needs no second column of the same.
  const plain = [String(f.value), `"${f.value}"`].includes(f.raw);
  const written = f.value !== null && !plain ? f.raw : "";
  return (
    <>
      {first && (
        <tr class="part">
          <th colSpan={2} scope="colgroup">
            {parts[f.part]}
          </th>
        </tr>
      )}
      <tr title={f.doc}>
        <th scope="row">{f.name}</th>
        <td>
          <span class="value">{value}</span>
          {f.unit && <span class="muted"> {f.unit}</span>}
          {written && <span class="muted written"> written {written}</span>}
          {f.partial && <span class="is-warning"> cut off</span>}
          {f.value_hex && <span class="muted written"> bytes {f.value_hex}</span>}
        </td>
      </tr>
    </>
  );
}

/** Loads what a proof names: a fact by its number, or the records of an event. */
export function ProofOf({ proof }: { proof: Named }): JSX.Element {
  const byFact = proof.fact !== undefined;
  const fact = useLoad<Fact>(byFact ? `/facts/${part(proof.fact!)}` : undefined, {}, false);
  const event = useLoad<Page<Fact>>(byFact ? undefined : "/facts", { node: proof.node, event: proof.event }, false);
  const failure = fact.failure ?? event.failure;
  if (failure) return <Problem failure={failure} again={byFact ? fact.again : event.again} />;
  const facts = fact.value ? [fact.value] : event.value?.items;
  if (!facts) return <Loading what="the proof" />;
  return (
    <>
      {facts.map((f) => (
        <FactView key={f.seq} fact={f} />
      ))}
    </>
  );
}
