// What is shown where there is nothing to show: and what to do about it.
import type { ComponentChildren, JSX } from "preact";
import type { Failure } from "../lib/api";

export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="notice" role="status">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Said only when it takes so long that somebody may wonder. */
export function Loading({ what }: { what: string }): JSX.Element {
  return (
    <div class="notice loading" role="status">
      <p>Loading {what}…</p>
    </div>
  );
}

function advice(f: Failure): ComponentChildren {
  switch (f.status) {
    case 0:
      return (
        <p>
          The service does not answer. Look whether it runs (<code>systemctl status virtaudit</code>); this page goes on by itself when it does.
        </p>
      );
    case 401:
      return (
        <p>
          This service wants a token. Open the address that <code>virtaudit serve</code> prints when it starts: the token stands behind its #.
          A token of an earlier start may no longer hold.
        </p>
      );
    case 403:
      return (
        <p>
          The service refuses this address. Open exactly the one that <code>virtaudit serve</code> prints: other host names are not
          answered.
        </p>
      );
    case 404:
      return <p>Nothing by that name is in the trail. It may have gone by retention, or the address may be cut short.</p>;
    case 400:
      return <p>The service does not understand what the address asks for. Change it, or begin anew from the timeline.</p>;
    case 503:
      return (
        <p>
          The service is not ready. <code>virtaudit status</code> says what it waits for.
        </p>
      );
    default:
      return (
        <p>
          Its log says more: <code>journalctl -u virtaudit</code>.
        </p>
      );
  }
}

const titles: Record<number, string> = { 0: "No answer", 401: "A token is needed", 403: "Not allowed", 404: "Not found" };

export function Problem({ failure, again }: { failure: Failure; again?: () => void }): JSX.Element {
  return (
    <div class="notice problem" role="alert">
      <h2>{titles[failure.status] ?? "That did not work"}</h2>
      {failure.message !== "" && failure.status !== 0 && <p class="said">{failure.message}</p>}
      {advice(failure)}
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}
