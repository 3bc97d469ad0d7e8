// Hands on the chart: wheel, drag, pinch. What a gesture means is told in terms
// of time and pixels; the chart decides what to do with it.

export interface Hands {
  /** Moves time by pixels. */
  pan(dx: number): void;
  /** Scrolls lanes by pixels. */
  scroll(dy: number): void;
  /** Zooms at a place; a factor under 1 is closer. */
  zoom(factor: number, x: number): void;
  /** Picks a span of time with Shift held. */
  pick(from: number, to: number, done: boolean): void;
  click(x: number, y: number): void;
  double(x: number, y: number): void;
  hover(x: number, y: number): void;
  leave(): void;
}

// A mouse that moves less than this between down and up has clicked.
const slack = 4;

/** Wheels differ by a factor of a hundred; this is what one notch means in pixels. */
function pixels(e: WheelEvent, delta: number): number {
  return e.deltaMode === WheelEvent.DOM_DELTA_LINE ? delta * 24 : e.deltaMode === WheelEvent.DOM_DELTA_PAGE ? delta * 400 : delta;
}

/** Follows an element's gestures until the function that it gives is called. */
export function gestures(el: HTMLElement, axisHeight: number, hands: Hands): () => void {
  const down = new Map<number, { x: number; y: number }>();
  let start = { x: 0, y: 0, shift: false };
  let dragging = false;
  let pinch = 0;
  const stop = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(name: K, f: (e: HTMLElementEventMap[K]) => void, passive = true): void =>
    el.addEventListener(name, f, { signal: stop.signal, passive });
  const place = (e: MouseEvent): { x: number; y: number } => {
    const box = el.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };

  on(
    "wheel",
    (e) => {
      e.preventDefault();
      const { x, y } = place(e);
      const dx = pixels(e, e.deltaX);
      const dy = pixels(e, e.deltaY);
      // Browsers report a pinch on a touchpad as a wheel with Ctrl.
      if (e.ctrlKey || e.metaKey || y < axisHeight) hands.zoom(Math.exp(Math.max(-120, Math.min(120, dy)) * 0.004), x);
      else if (e.shiftKey) hands.pan(-(dx || dy));
      else {
        if (dx !== 0) hands.pan(-dx);
        if (dy !== 0) hands.scroll(dy);
      }
    },
    false,
  );
  on("pointerdown", (e) => {
    if (e.button !== 0) return;
    const p = place(e);
    down.set(e.pointerId, p);
    start = { ...p, shift: e.shiftKey };
    dragging = false;
    pinch = 0;
    el.setPointerCapture(e.pointerId);
  });
  on("pointermove", (e) => {
    const p = place(e);
    const was = down.get(e.pointerId);
    if (!was) {
      hands.hover(p.x, p.y);
      return;
    }
    down.set(e.pointerId, p);
    if (down.size === 2) {
      const [a, b] = [...down.values()] as [typeof p, typeof p];
      const apart = Math.max(24, Math.hypot(a.x - b.x, a.y - b.y));
      if (pinch > 0) hands.zoom(pinch / apart, (a.x + b.x) / 2);
      pinch = apart;
      dragging = true;
      return;
    }
    if (!dragging && Math.hypot(p.x - start.x, p.y - start.y) < slack) return;
    dragging = true;
    hands.leave();
    if (start.shift) hands.pick(start.x, p.x, false);
    else {
      hands.pan(p.x - was.x);
      hands.scroll(was.y - p.y);
    }
  });
  const up = (e: PointerEvent): void => {
    if (!down.delete(e.pointerId)) return;
    pinch = 0;
    const p = place(e);
    if (e.type === "pointercancel") return;
    if (!dragging) hands.click(p.x, p.y);
    else if (start.shift) hands.pick(start.x, p.x, true);
  };
  on("pointerup", up);
  on("pointercancel", up);
  on("pointerleave", () => hands.leave());
  on("dblclick", (e) => {
    const p = place(e);
    hands.double(p.x, p.y);
  });
  return () => stop.abort();
}
