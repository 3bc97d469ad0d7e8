// What the log, the hypervisor and the kernel each say that a guest has, side by
// side. Where they disagree, that is what matters.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { part } from "../lib/api";
import { toCSV, save } from "../lib/export";
import { useLoad } from "../lib/load";
import type { Witness, Witnesses } from "../lib/types";
import { Empty, Loading, Problem } from "../ui/Notice";
import { ResourceLink } from "../ui/ResourceLink";
import { Table, type Col } from "../ui/Table";
import { Time } from "../ui/Time";
import { Unwatched } from "./Unwatched";

type Row = Witnesses["rows"][number];

const order: Witness[] = ["log", "libvirt", "qmp", "proc"];

function said(row: Row, w: Witness): JSX.Element {
  const n = row.says[w];
  if (n === undefined) return <span class="muted" title={w === "log" && row.silent ? "libvirt has no record for it, by its rules" : "it can't tell"}>–</span>;
  if (n === 0) return <span class="no">no</span>;
  return <span class="yes">{n === 1 ? "yes" : `×${n}`}</span>;
}

export function WitnessesPart({ guest, at }: { guest: string; at: number | undefined }): JSX.Element {
  const { value, failure, again } = useLoad<Witnesses>(`/guests/${part(guest)}/witnesses`, { at });
  const [only, setOnly] = useState(false);
  if (failure) return <Problem failure={failure} again={again} />;
  if (!value) return <Loading what="what the witnesses say" />;
  const apart = value.rows.filter((r) => !r.agree).length;
  const there = order.filter((w) => value.witnesses.some((v) => v.witness === w) || value.rows.some((r) => r.says[w] !== undefined));
  const rows = only ? value.rows.filter((r) => !r.agree) : value.rows;
  const cols: Col<Row>[] = [
    { name: "Kind", width: 124, cell: (r) => r.kind },
    {
      name: "Resource",
      cell: (r) => (
        <>
          <ResourceLink kind={r.kind} id={r.id} sub={r.sub} at={at} title={r.names?.join(", ") ?? ""} />
          {r.silent && <span class="chip" title="libvirt has no record for it, by its rules">never recorded</span>}
        </>
      ),
    },
    ...there.map((w): Col<Row> => ({ name: w, width: 84, cell: (r) => said(r, w) })),
    { name: "", width: 120, cell: (r) => (r.agree ? null : <span class="badge is-warning">disagree</span>) },
  ];
  const csv = [
    { name: "kind", value: (r: Row) => r.kind },
    { name: "id", value: (r: Row) => r.id },
    { name: "sub", value: (r: Row) => r.sub },
    ...there.map((w) => ({ name: w as string, value: (r: Row) => r.says[w] })),
    { name: "agree", value: (r: Row) => r.agree },
  ];
  return (
    <>
      <div class="bar sub">
        <span>
          At <Time at={value.at} />:{" "}
          {apart === 0 ? "the witnesses agree" : <strong class="is-warning">{apart === 1 ? "in one thing the witnesses disagree" : `in ${apart} things the witnesses disagree`}</strong>}
        </span>
        {apart > 0 && (
          <button type="button" aria-pressed={only} onClick={() => setOnly(!only)}>
            only these
          </button>
        )}
        <span class="push" />
        <button type="button" onClick={() => save("witnesses.csv", "text/csv;charset=utf-8", toCSV(csv, rows))}>
          CSV
        </button>
        <button type="button" onClick={() => save("witnesses.json", "application/json", JSON.stringify(rows, null, 1))}>
          JSON
        </button>
      </div>
      <Unwatched spans={value.unwatched} />
      {value.witnesses.length > 0 && <ul class="views">
        {value.witnesses.map((v) => (
          <li key={`${v.witness} ${v.source}`}>
            <strong>{v.witness}</strong> {v.source && v.source !== v.witness && <span class="muted">{v.source}</span>} {v.state} <span class="muted">as of</span> <Time at={v.at} />
            {v.partial.length > 0 && <span class="is-warning"> could not see {v.partial.includes("*") ? "anything" : v.partial.join(", ")}</span>}
            {v.problem && <span class="is-warning"> {v.problem}</span>}
          </li>
        ))}
      </ul>}
      {rows.length === 0 ? (
        <Empty title="It had nothing that is known">
          <p>It did not run then, or no witness saw what it had. Pick another moment above: a bar is a time in which it ran.</p>
        </Empty>
      ) : (
        <Table label="Resources by witness" cols={cols} rows={rows} id={(_, i) => i} tone={(r) => (r.agree ? undefined : "apart")} of={`${guest} ${at} ${only}`} />
      )}
    </>
  );
}
