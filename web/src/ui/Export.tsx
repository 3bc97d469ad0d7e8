// CSV and JSON of what is shown.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { asFailure } from "../lib/load";
import { save, toCSV, type Column } from "../lib/export";

/** The most rows of one file: a browser holds them in memory. */
export const most = 200_000;

export interface ExportProps<T> {
  name: string;
  columns: Column<T>[];
  /** All rows, or the first so many; more tells which. */
  rows: () => Promise<{ rows: T[]; more: boolean }>;
}

export function Export<T>({ name, columns, rows }: ExportProps<T>): JSX.Element {
  const [said, say] = useState("");
  const [busy, setBusy] = useState(false);
  const run = async (format: "csv" | "json"): Promise<void> => {
    setBusy(true);
    say("reading…");
    try {
      const got = await rows();
      if (format === "csv") save(`${name}.csv`, "text/csv;charset=utf-8", toCSV(columns, got.rows));
      else save(`${name}.json`, "application/json", JSON.stringify(got.rows, null, 1));
      say(got.more ? `saved the first ${got.rows.length} rows; narrow the view for the others` : `saved ${got.rows.length} rows`);
    } catch (e) {
      say(`not saved: ${asFailure(e).message}`);
    }
    setBusy(false);
  };
  return (
    <div class="export">
      <span role="status">{said}</span>
      <button type="button" disabled={busy} onClick={() => void run("csv")} title="Save what is shown as CSV">
        CSV
      </button>
      <button type="button" disabled={busy} onClick={() => void run("json")} title="Save what is shown as JSON">
        JSON
      </button>
    </div>
  );
}
