import * as names from "./attributes.ts";

/** The name of every attribute that otel-audit writes: what a store made of them can be found again. */
export const KNOWN_ATTRIBUTES: readonly string[] = Object.entries(names).flatMap(([name, value]) =>
  name.startsWith("ATTR_") && typeof value === "string" ? [value] : [],
);
