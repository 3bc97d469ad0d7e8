// The addresses of the views.
import { address } from "./route";

/** A guest, as known at a moment; tab is a part of its view. */
export function guestURL(id: string, at?: number, tab?: string): string {
  return address(`/guest/${encodeURIComponent(id)}`, { at, tab });
}

export function resourceURL(resource: string, at?: number): string {
  return address("/resource", { r: resource, at });
}

export function findingURL(id: string): string {
  return address("/findings", { id });
}

/** How a resource is named to the service: its kind tells apart what has one name. */
export function resourceName(kind: string, id: string): string {
  return `${kind}:${id}`;
}

export function timelineURL(from?: number, to?: number): string {
  return address("/", { from: from && Math.floor(from), to: to && Math.ceil(to) });
}
