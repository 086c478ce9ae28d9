import { AuditError } from "../lib/errors.ts";
import { entriesOf, get, itemsOf, type Located, merge } from "./validate/index.ts";

/** Maps of components and pipelines: a name in two files is one component to the Collector, a mixture of both. */
const NAMED = [
  ["receivers"],
  ["processors"],
  ["exporters"],
  ["extensions"],
  ["connectors"],
  ["service", "pipelines"],
];

/**
 * Compares a configuration that is to be merged with the one that it is merged behind.
 *
 * @returns the line that `service.extensions` of the other has to have; undefined: it has it.
 * @throws {AuditError} `invalid_option` where both define the same name.
 */
export function missingExtensions(
  overlay: Located,
  host: readonly Located[],
  wanted: readonly string[],
): string | undefined {
  const [first, ...others] = host;
  if (first === undefined) return undefined;
  const whole = others.reduce(merge, first);
  for (const path of NAMED) {
    const ours = new Set(entriesOf(get(overlay, ...path)).map(([name]) => name));
    const both = entriesOf(get(whole, ...path)).find(([name]) => ours.has(name));
    if (both === undefined) continue;
    const [name, { key }] = both;
    throw new AuditError(
      "invalid_option",
      `${key.file}:${key.line}:${key.column}: ${[...path, name].join(".")} is a name of the audit trail too, and merged ` +
        "they would be one, and neither: give yours another name, or run the audit trail in a Collector of its own " +
        "(otel-audit collector run)",
    );
  }
  const had = itemsOf(get(whole, "service", "extensions")).flatMap((item) =>
    item.kind === "scalar" ? [String(item.value)] : [],
  );
  if (wanted.every((name) => had.includes(name))) return undefined;
  return `extensions: [${[...new Set([...had, ...wanted])].join(", ")}]`;
}
