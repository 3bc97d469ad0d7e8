// The chart on its canvas: it holds what is looked at, turns gestures and keys
// into movement, and draws a frame when something has changed.
import { gestures } from "./gestures";
import { hit, type Hit } from "./hit";
import { ink, type Ink } from "./ink";
import { laneHeight, Layout } from "./layout";
import { paint } from "./paint";
import { axisHeight, type Scene } from "./scene";
import type { Source } from "./source";
import { at, bounded, moved, zoomed, type Range } from "./viewport";

export interface Listener {
  /** The range has changed by hand. */
  range(r: Range): void;
  toggle(index: number): void;
  /** Something was clicked, or picked by key. */
  pick(h: Hit): void;
  /** The pointer is over something, or over nothing. */
  hover(h: Hit | undefined, x: number, y: number): void;
  /** What the keyboard is on now. */
  focus(index: number): void;
}

export class Chart {
  private range: Range;
  private scroll = 0;
  private focusAt = 0;
  private focused = false;
  private hovered = -1;
  private picking: { from: number; to: number } | undefined;
  private moment: number | undefined;
  private selected: number | undefined;
  private layout: Layout;
  private measured: { count: number; opened: ReadonlyMap<number, number> } | undefined;
  private inks: Ink;
  private readonly ctx: CanvasRenderingContext2D;
  private size = { width: 0, height: 0 };
  private frame = 0;
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly bar: HTMLElement,
    private source: Source,
    range: Range,
    private readonly listen: Listener,
    private readonly options: { opens: boolean; now: () => number; label: string },
  ) {
    const ctx = canvas.getContext("2d", { alpha: false });
    if (!ctx) throw new Error("this browser gives no canvas to draw on");
    this.ctx = ctx;
    this.range = bounded(range);
    this.layout = new Layout(0, new Map());
    this.inks = ink(canvas, ctx);
    this.watch();
    this.resize();
  }

  /** Shows another source; places stay. */
  show(source: Source): void {
    this.source = source;
    this.draw();
  }

  look(r: Range): void {
    if (r.from === this.range.from && r.to === this.range.to) return;
    this.range = bounded(r);
    this.draw();
  }

  /** Marks a moment, and the bars of a session. */
  mark(moment: number | undefined, session: number | undefined): void {
    this.moment = moment;
    this.selected = session;
    this.draw();
  }

  /** Brings a lane into view and puts the keyboard there. */
  private reveal(index: number): void {
    this.focusAt = index;
    this.remeasure();
    const y = this.layout.top(index);
    const room = this.size.height - axisHeight;
    if (y < this.scroll || y + laneHeight > this.scroll + room) this.scrollTo(y - room / 3);
    this.listen.focus(index);
    this.draw();
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    for (const stop of this.stops) stop();
  }

  /** Draws once before the browser shows the next frame. */
  draw(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.paint());
  }

  private watch(): void {
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(this.canvas);
    this.stops.push(() => observer.disconnect());
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const stop = new AbortController();
    this.stops.push(() => stop.abort());
    const on = { signal: stop.signal };
    dark.addEventListener("change", () => this.recolour(), on);
    this.canvas.addEventListener("keydown", (e) => this.key(e), on);
    this.canvas.addEventListener("focus", () => this.setFocus(true), on);
    this.canvas.addEventListener("blur", () => this.setFocus(false), on);
    this.bar.addEventListener("scroll", () => this.scrolled(), { ...on, passive: true });
    this.stops.push(gestures(this.canvas, axisHeight, this.hands()));
    const clock = setInterval(() => this.tick(), 1000);
    this.stops.push(() => clearInterval(clock));
  }

  private recolour(): void {
    this.inks = ink(this.canvas, this.ctx);
    this.draw();
  }

  private setFocus(on: boolean): void {
    this.focused = on && this.canvas.matches(":focus-visible");
    if (on) this.listen.focus(this.focusAt);
    this.draw();
  }

  private tick(): void {
    const now = this.options.now();
    if (now >= this.range.from && now <= this.range.to) this.draw();
  }

  private resize(): void {
    const box = this.canvas.getBoundingClientRect();
    this.size = { width: box.width, height: box.height };
    const dense = devicePixelRatio || 1;
    this.canvas.width = Math.round(box.width * dense);
    this.canvas.height = Math.round(box.height * dense);
    this.ctx.setTransform(dense, 0, 0, dense, 0, 0);
    this.measured = undefined;
    this.draw();
  }

  private gutter(): number {
    return this.size.width < 560 ? 120 : this.size.width < 900 ? 180 : 260;
  }

  private plot(): number {
    return Math.max(1, this.size.width - this.gutter());
  }

  private remeasure(): void {
    const { count, opened } = this.source;
    if (this.measured?.count === count && this.measured.opened === opened) return;
    this.measured = { count, opened };
    this.layout = new Layout(count, opened);
    const spacer = this.bar.firstElementChild;
    if (spacer instanceof HTMLElement) spacer.style.height = `${this.layout.height}px`;
    this.bar.hidden = this.layout.height <= this.size.height - axisHeight;
    this.scroll = Math.min(this.scroll, this.deepest());
  }

  private deepest(): number {
    return Math.max(0, this.layout.height - (this.size.height - axisHeight));
  }

  private scene(): Scene {
    return {
      ctx: this.ctx,
      ink: this.inks,
      ...this.size,
      gutter: this.gutter(),
      range: this.range,
      layout: this.layout,
      scroll: this.scroll,
      source: this.source,
      now: this.options.now(),
      at: this.moment,
      focus: this.focusAt,
      focused: this.focused,
      hover: this.hovered,
      selected: this.selected,
      picking: this.picking,
      opens: this.options.opens,
    };
  }

  private paint(): void {
    this.frame = 0;
    if (this.size.width === 0) return;
    this.remeasure();
    const last = this.layout.at(this.scroll + this.size.height - axisHeight);
    this.source.look(this.range, this.plot(), Math.max(0, this.layout.at(this.scroll)), Math.max(0, last));
    paint(this.scene());
  }

  private move(r: Range): void {
    this.range = r;
    this.listen.range(r);
    this.draw();
  }

  private scrollTo(y: number): void {
    this.scroll = Math.max(0, Math.min(y, this.deepest()));
    this.bar.scrollTop = this.scroll;
    this.draw();
  }

  private scrolled(): void {
    // Our own scrolling comes back rounded.
    if (Math.abs(this.bar.scrollTop - this.scroll) < 1) return;
    this.scroll = this.bar.scrollTop;
    this.draw();
  }

  private time(px: number): number {
    return at(this.range, this.plot(), px - this.gutter());
  }

  private hands(): Parameters<typeof gestures>[2] {
    return {
      pan: (dx) => this.move(moved(this.range, -dx / this.plot())),
      scroll: (dy) => this.scrollTo(this.scroll + dy),
      zoom: (factor, px) => this.move(zoomed(this.range, factor, this.time(Math.max(px, this.gutter())))),
      pick: (from, to, done) => this.pickSpan(from, to, done),
      click: (px, py) => this.click(px, py),
      double: (px, py) => {
        const h = hit(this.scene(), px, py);
        if (!h?.name) this.move(zoomed(this.range, 0.4, this.time(px)));
      },
      hover: (px, py) => this.hover(px, py),
      leave: () => {
        this.hovered = -1;
        this.listen.hover(undefined, 0, 0);
        this.draw();
      },
    };
  }

  private pickSpan(from: number, to: number, done: boolean): void {
    this.picking = done ? undefined : { from, to };
    if (done && Math.abs(to - from) > 8) {
      this.move(bounded({ from: this.time(Math.min(from, to)), to: this.time(Math.max(from, to)) }));
    }
    this.draw();
  }

  private click(px: number, py: number): void {
    const h = hit(this.scene(), px, py);
    if (!h) return;
    this.focusAt = h.index;
    this.listen.focus(h.index);
    if (h.name && !h.row && this.options.opens && px < 24) this.listen.toggle(h.index);
    else if (h.bar && h.bar.count > 1 && !h.mark) this.closer(h.bar);
    else this.listen.pick(h);
    this.draw();
  }

  /** What stands for several is taken apart by a closer look. */
  private closer(b: { from: number; to: number }): void {
    const to = Math.min(b.to, this.options.now());
    const size = Math.max(to - b.from, (this.range.to - this.range.from) / 500);
    this.move(bounded({ from: b.from - size * 0.1, to: b.from + size * 1.1 }));
  }

  private hover(px: number, py: number): void {
    const h = hit(this.scene(), px, py);
    this.canvas.classList.toggle("pointing", h !== undefined && (h.name || h.bar !== undefined || h.mark !== undefined));
    this.listen.hover(h, px, py);
    if (this.hovered === (h?.index ?? -1)) return;
    this.hovered = h?.index ?? -1;
    this.draw();
  }

  private key(e: KeyboardEvent): void {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    const act = this.keys(e.shiftKey)[e.key];
    if (!act) return;
    e.preventDefault();
    this.focused = true;
    act();
  }

  private keys(shift: boolean): Record<string, () => void> {
    const middle = (this.range.from + this.range.to) / 2;
    const step = shift ? 0.5 : 0.1;
    const screen = Math.max(1, Math.floor((this.size.height - axisHeight) / laneHeight) - 1);
    const zoom = (f: number) => () => this.move(zoomed(this.range, f, this.moment ?? middle));
    return {
      ArrowLeft: () => this.move(moved(this.range, -step)),
      ArrowRight: () => this.move(moved(this.range, step)),
      ArrowUp: () => this.step(-1),
      ArrowDown: () => this.step(1),
      PageUp: () => this.step(-screen),
      PageDown: () => this.step(screen),
      Home: () => this.reveal(0),
      End: () => this.reveal(Math.max(0, this.source.count - 1)),
      "+": zoom(0.6),
      "=": zoom(0.6),
      "-": zoom(1 / 0.6),
      _: zoom(1 / 0.6),
      n: () => this.next(1),
      p: () => this.next(-1),
      Enter: () => this.listen.pick({ index: this.focusAt, lane: this.source.lane(this.focusAt), name: true, time: middle }),
      " ": () => this.options.opens && this.listen.toggle(this.focusAt),
    };
  }

  private step(by: number): void {
    this.reveal(Math.max(0, Math.min(this.source.count - 1, this.focusAt + by)));
  }

  /** Picks the bar of the lane that begins next after the picked one, or before it. */
  private next(way: 1 | -1): void {
    const bars = this.source.content(this.focusAt)?.bars ?? [];
    const from = this.moment ?? (way > 0 ? this.range.from : this.range.to);
    const after = bars.filter((b) => (way > 0 ? b.from > from : b.from < from) && b.from < this.range.to);
    const bar = way > 0 ? after[0] : after[after.length - 1];
    if (!bar) return;
    if (bar.from < this.range.from) this.move(moved(this.range, (bar.from - this.range.from) / (this.range.to - this.range.from) - 0.1));
    this.listen.pick({ index: this.focusAt, lane: this.source.lane(this.focusAt), name: false, time: bar.from, bar });
  }
}
