// Where lanes stand. There may be ten thousand, nearly all of one height, so
// only the opened ones are listed.

export const laneHeight = 24;
export const rowHeight = 18;

interface Opened {
  index: number;
  /** How much higher the lane is than a closed one. */
  more: number;
  /** The sum of more of all opened lanes before this one. */
  before: number;
}

export class Layout {
  private readonly opened: Opened[] = [];
  readonly height: number;

  /** Lanes 0 to count-1; rows tells how many rows each opened lane has below it. */
  constructor(
    readonly count: number,
    rows: ReadonlyMap<number, number>,
  ) {
    let before = 0;
    for (const [index, n] of [...rows].sort((a, b) => a[0] - b[0])) {
      if (index >= count) continue;
      const more = n * rowHeight;
      this.opened.push({ index, more, before });
      before += more;
    }
    this.height = count * laneHeight + before;
  }

  /** The upper edge of a lane. */
  top(index: number): number {
    const i = this.search((o) => o.index >= index);
    const last = this.opened[i - 1];
    return index * laneHeight + (last ? last.before + last.more : 0);
  }

  /** The height of a lane with its rows. */
  heightOf(index: number): number {
    const o = this.opened[this.search((each) => each.index >= index)];
    return laneHeight + (o?.index === index ? o.more : 0);
  }

  /** The lane at a height; clamped to those that are there, -1 without any. */
  at(y: number): number {
    if (this.count === 0) return -1;
    const i = this.search((o) => o.index * laneHeight + o.before > y);
    const o = this.opened[i - 1];
    if (!o) return this.clamp(Math.floor(y / laneHeight));
    const bottom = o.index * laneHeight + o.before + laneHeight + o.more;
    if (y < bottom) return o.index;
    return this.clamp(o.index + 1 + Math.floor((y - bottom) / laneHeight));
  }

  private clamp(index: number): number {
    return Math.max(0, Math.min(this.count - 1, index));
  }

  /** The first opened lane that is beyond something, by bisection. */
  private search(beyond: (o: Opened) => boolean): number {
    let [low, high] = [0, this.opened.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (beyond(this.opened[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
