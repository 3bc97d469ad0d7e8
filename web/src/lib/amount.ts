// Quantities as people read them.

/** Bytes in the unit that fits. */
export function bytes(n: number): string {
  if (n < 1 << 20) return `${Math.round(n / 1024)} KiB`;
  return n < 1 << 30 ? `${Math.round(n / (1 << 20))} MiB` : `${Math.round((n / (1 << 30)) * 10) / 10} GiB`;
}

/** A value of a guest: its memory is counted in KiB, all else by number. */
export function amount(kind: string, value: number): string {
  return kind === "mem" ? bytes(value * 1024) : String(value);
}
