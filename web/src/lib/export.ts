// What is shown, as a file. The rows are those of the view, read to their end.

export interface Column<T> {
  name: string;
  value: (row: T) => string | number | boolean | null | undefined;
}

// A spreadsheet takes these for the begin of a formula, and guests name
// themselves. The same rule as virtaudit's own CSV: an apostrophe before it.
const formula = /^[=+\-@'\t\r\uff1d\uff0b\uff0d\uff20]/;

function cell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180: a header, one row a line, CRLF. */
export function toCSV<T>(columns: Column<T>[], rows: T[]): string {
  const lines = [columns.map((c) => cell(c.name)).join(",")];
  for (const row of rows) lines.push(columns.map((c) => cell(c.value(row))).join(","));
  return lines.join("\r\n") + "\r\n";
}

/** Hands a text to the browser to save. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
