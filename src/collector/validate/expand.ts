import { parse } from "yaml";
import type { Entry, Located } from "./located.ts";

/** The Collector's own limit. */
const MAX_EXPANSIONS = 1000;
/** Variables that name variables would grow without end. */
const MAX_LENGTH = 1_000_000;

/** Variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Variables replaced as the Collector replaces them. With an environment a variable is what it is
 * there, else its default, else empty. Without one nothing is known of the machine: a variable with
 * a default is its default, everything else that is asked for is unknown. `$$` is a dollar.
 */
export function expand(node: Located, env?: Variables): Located {
  if (node.kind === "map") {
    const entries = new Map<string, Entry>();
    for (const [name, { key, value }] of node.entries) {
      entries.set(name, { key, value: expand(value, env) });
    }
    return { ...node, entries };
  }
  if (node.kind === "list") return { ...node, items: node.items.map((item) => expand(item, env)) };
  if (node.kind !== "scalar" || typeof node.value !== "string") return node;
  const { place, source } = node;
  const { value, isOfEnvironment } = expandText(node.value, env);
  if (value === undefined) return { kind: "unknown", place, source };
  return { ...node, value, ...(isOfEnvironment && { isOfEnvironment }) };
}

type Plain = string | number | boolean | null;

interface Expanded {
  /** Undefined where it cannot be known. */
  readonly value: Plain | undefined;
  readonly isOfEnvironment: boolean;
}

/** What a text becomes. */
function expandText(text: string, env: Variables | undefined): Expanded {
  let expanded = text;
  let isOfEnvironment = false;
  for (let count = 0; count < MAX_EXPANSIONS; count++) {
    const found = innermost(expanded);
    if (found === undefined) return { value: expanded.replaceAll("$$", "$"), isOfEnvironment };
    const put = replacement(found, env);
    if (put === undefined) break;
    isOfEnvironment ||= put.isSet;
    if (found === expanded && innermost(put.text) === undefined) {
      return { value: plain(put.text), isOfEnvironment };
    }
    // As a function: dollars in a replacement's text have a meaning of their own.
    expanded = expanded.replaceAll(found, () => put.text);
    if (expanded.length > MAX_LENGTH) break;
  }
  return { value: undefined, isOfEnvironment };
}

/** What stands for `${env:NAME:-default}` or `${NAME}`; undefined where it cannot be known. */
function replacement(
  asked: string,
  env: Variables | undefined,
): { readonly text: string; readonly isSet: boolean } | undefined {
  const [, name, byDefault] =
    /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?\}$/s.exec(asked) ??
    /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(asked) ??
    [];
  if (name === undefined) return undefined;
  const value = env?.[name];
  if (value !== undefined) return { text: value, isSet: true };
  if (byDefault !== undefined) return { text: byDefault, isSet: false };
  return env === undefined ? undefined : { text: "", isSet: false };
}

/** The first `${…}` without another `${` in it that no dollar before it escapes. */
function innermost(text: string): string | undefined {
  for (const match of text.matchAll(/(\$*)(\$\{(?:[^}$]|\$(?!\{))*\})/g)) {
    const [, dollars = "", variable] = match;
    if (dollars.length % 2 === 0) return variable;
  }
  return undefined;
}

/** What is the whole value has the type that YAML gives it. */
function plain(text: string): Plain | undefined {
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
