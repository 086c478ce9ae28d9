import { posix } from "node:path";
import { usedComponents } from "../graph.ts";
import type { Hit, Rule } from "../finding.ts";
import { get, knownText, type Located, writtenText } from "../located.ts";
import type { Collector } from "../model.ts";
import { storages } from "./storages.ts";

/** Devices, and file systems that are memory. */
const MEMORY = /^\/(?:dev|run|var\/run|proc|sys)(?:\/|$)/;
/** Emptied at a start of the machine, or by age. */
const TEMPORARY = /^(?:\/private)?\/(?:var\/)?tmp(?:\/|$)/;

/** The files and queues of audit records whose place is one of those. */
function* keptIn(
  collector: Collector,
  places: RegExp,
  textOf: (node: Located | undefined) => string | undefined,
): Generator<Hit> {
  const parts = [
    ...usedComponents(collector, "exporters", "file").map((one) => [one, "path"] as const),
    ...storages(collector).map((one) => [one, "directory"] as const),
  ];
  for (const [{ name, config }, key] of parts) {
    const node = get(config, key);
    const text = textOf(node);
    if (node === undefined || text === undefined) continue;
    const path = posix.normalize(text);
    if (places.test(path)) yield { at: node.place, component: name, message: `${key}: ${path}` };
  }
}

/** Where records are kept only until the next start of the machine. */
export const PLACE_RULES: readonly Rule[] = [
  {
    code: "kept_in_memory",
    severity: "error",
    why: "a device, or a file system in memory: what was accepted is gone when the machine stops, or at once",
    instead: "a directory on a disk, such as /var/lib/otel-audit",
    find: (collector) => keptIn(collector, MEMORY, knownText),
  },
  {
    code: "kept_in_temporary",
    severity: "warning",
    why: "what lies there is deleted at a start of the machine or after some days, and often it is memory",
    instead: "a directory that nobody clears, such as /var/lib/otel-audit",
    // Whoever sets a variable to such a place, as for a trial, knows it.
    find: (collector) => keptIn(collector, TEMPORARY, writtenText),
  },
];
