// The service's clock: what is now there, not here. A browser's clock may be off,
// and a demo has a time of its own.
import { Store } from "./store";

let skew = 0;

/** Whether the service was asked what it has: before that, no view can say how long ago something is. */
export const told = new Store(false);

/** Takes note of what the service says that it is now, in milliseconds. */
export function learn(theirs: number): void {
  skew = theirs - Date.now();
  told.value = true;
}

export function now(): number {
  return Date.now() + skew;
}
