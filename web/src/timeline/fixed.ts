// Lanes that are all here already: who held one resource, or one guest's own.
import type { Content, Lane, Row, Unwatched } from "./model";
import type { Source } from "./source";

export interface FixedLane extends Content {
  lane: Lane;
}

export class Fixed implements Source {
  readonly opened: ReadonlyMap<number, number> = new Map();

  constructor(
    private readonly lanes: FixedLane[],
    readonly unwatched: readonly Unwatched[],
  ) {}

  get count(): number {
    return this.lanes.length;
  }

  lane(index: number): Lane | undefined {
    return this.lanes[index]?.lane;
  }

  content(index: number): Content | undefined {
    return this.lanes[index];
  }

  rows(): readonly Row[] {
    return [];
  }

  look(): void {
    // All is here.
  }
}
