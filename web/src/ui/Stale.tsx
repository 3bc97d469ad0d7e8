// Said of a long list that is not read anew by itself: it would be drawn away from
// under its reader.
import type { JSX } from "preact";

export function Stale({ list }: { list: { stale: boolean; again: () => void } }): JSX.Element | null {
  if (!list.stale) return null;
  return (
    <p class="told" role="status">
      The trail has grown since this was read.
      <button type="button" onClick={list.again}>
        Read it again
      </button>
    </p>
  );
}
