// The order of lists of what happened: the latest is what is looked for first.
import type { Query } from "./api";

export const newest: Query = { order: "newest" };
