import { render } from "preact";
import { App } from "./App";
import { follow } from "./lib/live";
import { takeToken } from "./lib/token";

takeToken();
void follow();

const root = document.getElementById("app");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
