import { render } from "preact";
import { App } from "./App";
import { begun, follow } from "./lib/live";
import { takeToken } from "./lib/token";

takeToken();
void follow();
void begun(300).then(show);

function show(): void {
  const root = document.getElementById("app");
  if (!root) return;
  root.textContent = "";
  render(<App />, root);
}
