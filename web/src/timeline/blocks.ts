// Which part of the trail is asked for, so that one answer serves while the
// view moves a little: time is cut into windows at resolutions of powers of two.
import type { Range } from "./viewport";

export const lanesPerPage = 80;

export interface Window {
  resolution: number;
  from: number;
  to: number;
  key: string;
}

/**
 * The window for a view. Windows of one resolution overlap by half and are twice
 * as wide as any view at it, so that exactly one holds the whole view.
 */
export function windowOf(r: Range, width: number): Window {
  const point = (r.to - r.from) / Math.max(width, 1);
  const resolution = 2 ** Math.max(0, Math.ceil(Math.log2(point)));
  const half = resolution * 2 ** Math.ceil(Math.log2(Math.max(width, 256)));
  const n = Math.floor(r.from / half);
  return { resolution, from: n * half, to: (n + 2) * half, key: `${half}/${resolution}/${n}` };
}

/** Keeps the latest of a bounded number of things. */
export class Recent<T> {
  private readonly held = new Map<string, T>();

  constructor(private readonly most: number) {}

  get(key: string): T | undefined {
    return this.held.get(key);
  }

  /** Puts in what was used last, and drops what was not used longest. */
  set(key: string, value: T): void {
    this.held.delete(key);
    this.held.set(key, value);
    for (const oldest of this.held.keys()) {
      if (this.held.size <= this.most) return;
      this.held.delete(oldest);
    }
  }

  touch(key: string): void {
    const value = this.held.get(key);
    if (value !== undefined) this.set(key, value);
  }

  values(): IterableIterator<T> {
    return this.held.values();
  }

  clear(): void {
    this.held.clear();
  }
}
