// The token that `virtaudit serve` prints behind the # of its address. The
// fragment never goes over the network; here it leaves the address bar too, so
// that an address that is sent to somebody doesn't carry it.
const key = "virtaudit-token";

/** Moves a token out of the address into the tab's own memory. */
export function takeToken(): void {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found === null) return;
  remember(found);
  history.replaceState(history.state, "", location.pathname + location.search);
}

// Storage can be forbidden by the browser; then the token lives as long as the
// page.
let held = "";

function remember(token: string): void {
  held = token;
  try {
    sessionStorage.setItem(key, token);
  } catch {
    // It is held above.
  }
}

/** The token, or nothing where the service needs none or none was given. */
export function token(): string {
  if (held !== "") return held;
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}
