import { parse } from "yaml";
import type { Entry, Located } from "./located.ts";

/** The Collector's own limit. */
const MAX_EXPANSIONS = 1000;

/**
 * Variables replaced as the Collector replaces them, for a machine on which none is set: a variable
 * with a default is its default, everything else that is asked for is unknown. `$$` is a dollar.
 */
export function expand(node: Located): Located {
  if (node.kind === "map") {
    const entries = new Map<string, Entry>();
    for (const [name, { key, value }] of node.entries) {
      entries.set(name, { key, value: expand(value) });
    }
    return { ...node, entries };
  }
  if (node.kind === "list") return { ...node, items: node.items.map(expand) };
  if (node.kind !== "scalar" || typeof node.value !== "string") return node;
  const { place, source } = node;
  const value = expandText(node.value);
  return value === undefined ? { kind: "unknown", place, source } : { ...node, value };
}

/** What a text becomes; undefined where it cannot be known. */
function expandText(text: string): string | number | boolean | null | undefined {
  let expanded = text;
  for (let count = 0; count < MAX_EXPANSIONS; count++) {
    const found = innermost(expanded);
    if (found === undefined) return expanded.replaceAll("$$", "$");
    const byDefault = /^\$\{env:[A-Za-z_][A-Za-z0-9_]*:-(.*)\}$/s.exec(found)?.[1];
    if (byDefault === undefined) return undefined;
    if (found === expanded) return plain(byDefault);
    expanded = expanded.replaceAll(found, byDefault);
  }
  return undefined;
}

/** The first `${…}` without another `${` in it that no dollar before it escapes. */
function innermost(text: string): string | undefined {
  for (const match of text.matchAll(/(\$*)(\$\{(?:[^}$]|\$(?!\{))*\})/g)) {
    const [, dollars = "", variable] = match;
    if (dollars.length % 2 === 0) return variable;
  }
  return undefined;
}

/** A default that is the whole value has the type that YAML gives it. */
function plain(text: string): string | number | boolean | null | undefined {
  try {
    const value: unknown = parse(text, { logLevel: "silent" });
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
      return typeof value === "string"
        ? value.replaceAll("$$", "$")
        : (value as number | boolean | null);
    }
    return undefined;
  } catch {
    return text;
  }
}
