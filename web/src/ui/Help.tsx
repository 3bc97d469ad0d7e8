// Keys and signs, told once for all views.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

const keys: [string, string][] = [
  ["/", "find a guest or a resource"],
  ["← →", "earlier, later (with Shift: half a screen)"],
  ["↑ ↓ PgUp PgDn", "from guest to guest, from row to row"],
  ["+ −", "look closer, look wider"],
  ["Space", "open a guest: what it held"],
  ["Enter", "show the guest"],
  ["N P", "next, previous session of the guest"],
  ["?", "this help"],
];

const hands: [string, string][] = [
  ["wheel", "guests up and down"],
  ["Ctrl + wheel, or wheel on the axis", "zoom where the pointer is"],
  ["drag, Shift + wheel", "move"],
  ["Shift + drag", "zoom into a span"],
  ["double click", "look closer"],
];

const signs: [string, string][] = [
  ["running", "it runs: the bar ends in an arrow at the now-line"],
  ["closed", "stopped: the bar ends in a dark edge"],
  ["lost", "ended without a record, some time before its torn edge"],
  ["failed", "a start that failed: an empty frame, crossed out"],
  ["starting", "a start whose outcome is not in the log: an empty frame"],
  ["attempt", "an operation that failed: a small cross"],
  ["critical", "a finding: a triangle, red where critical; a dot where it is but information"],
  ["unwatched", "hatched: nobody watched, what happened then may be missing"],
];

export function Help({ open, onClose }: { open: boolean; onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const list = (rows: [string, string][], kbd: boolean): JSX.Element => (
    <dl class="keys">
      {rows.map(([key, what]) => (
        <div key={key}>
          <dt>{kbd ? <kbd>{key}</kbd> : <span class={`sign is-${key}`} />}</dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title">Keys and signs</h2>
      <div class="help">
        <section>
          <h3>Keys</h3>
          {list(keys, true)}
          <h3>Mouse</h3>
          {list(hands, true)}
        </section>
        <section>
          <h3>Signs</h3>
          {list(signs, false)}
        </section>
      </div>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
