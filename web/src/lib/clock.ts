// The service's clock: what is now there, not here. A browser's clock may be off,
// and a demo has a time of its own.
let skew = 0;

/** Takes note of what the service says that it is now, in milliseconds. */
export function learn(theirs: number): void {
  skew = theirs - Date.now();
}

export function now(): number {
  return Date.now() + skew;
}
