// A value that views follow. Preact has no such thing of its own, and a page of
// this size needs no more than this.
import { useEffect, useState } from "preact/hooks";

export class Store<T> {
  private readonly followers = new Set<(value: T) => void>();

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  set value(next: T) {
    if (Object.is(next, this.current)) return;
    this.current = next;
    for (const tell of [...this.followers]) tell(next);
  }

  /** Calls tell at each change, until the function that it gives is called. */
  follow(tell: (value: T) => void): () => void {
    this.followers.add(tell);
    return () => this.followers.delete(tell);
  }
}

/** Gives a store's value to a view, which is drawn again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [value, set] = useState(store.value);
  useEffect(() => {
    set(() => store.value);
    return store.follow((next) => set(() => next));
  }, [store]);
  return value;
}
