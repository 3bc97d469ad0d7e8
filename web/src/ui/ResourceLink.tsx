// A resource, and the way to who held it. A quantity such as memory has no name
// of its own, and nobody else holds it.
import type { JSX } from "preact";
import { resourceName, resourceURL } from "../lib/urls";
import { Link } from "./Link";

export function ResourceLink(p: { kind: string; id: string; sub?: string | undefined; at?: number | undefined; title?: string | undefined }): JSX.Element | null {
  if (p.id === "") return null;
  return (
    <Link class="mono" to={resourceURL(resourceName(p.kind, p.id), p.at)} title={p.title}>
      {p.sub ? `${p.id} (${p.sub})` : p.id}
    </Link>
  );
}
