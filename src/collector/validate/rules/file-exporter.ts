import type { Component } from "../model.ts";
import { hitIn, usedComponents } from "../graph.ts";
import type { Hit, Rule } from "../finding.ts";
import {
  booleanOf,
  get,
  isAbsent,
  isGiven,
  knownText,
  numberOf,
  placeAlong,
  textOf,
} from "../located.ts";
import { largestRequestMib } from "../limits.ts";

const NEVER_DELETES = "rotation: { max_megabytes: 1000, max_days: 0, max_backups: 0 }";

/** Names and ids are text in OTLP JSON, and a mask may be longer than what it stands for: 7.3 times was measured. */
const JSON_GROWTH = 8;

/** How much longer a request may be in the file than it came. */
function growthOf(config: Component["config"]): number {
  const isPlainJson =
    textOf(get(config, "format"), "json") === "json" &&
    isAbsent(get(config, "encoding")) &&
    (textOf(get(config, "compression"), "") ?? "") === "";
  return isPlainJson ? JSON_GROWTH : 1;
}

/** Hits in the file exporters that audit records reach; `find` says the path and what stands there. */
function inFiles(
  find: (exporter: Component) => readonly [path: readonly string[], message: string] | undefined,
): Rule["find"] {
  return (collector) =>
    usedComponents(collector, "exporters", "file").flatMap((exporter) => {
      const found = find(exporter);
      return found === undefined ? [] : [hitIn(exporter, ...found)];
    });
}

/** How file exporters lose records. */
export const FILE_RULES: readonly Rule[] = [
  {
    code: "file_truncates",
    severity: "error",
    why: "without rotation and append the exporter empties its file at every start of the Collector",
    instead: NEVER_DELETES,
    find: inFiles(({ config }) =>
      get(config, "rotation") === undefined && booleanOf(get(config, "append"), false) === false
        ? [["append"], "neither rotation nor append"]
        : undefined,
    ),
  },
  {
    code: "file_buffers",
    severity: "error",
    why: "without rotation writes are buffered and accepted up to flush_interval (1 s) before they are in the file: a kill loses them",
    instead: `${NEVER_DELETES}, or max_megabytes: 1000000 for one file that never rotates; without append`,
    find: inFiles(({ config }) =>
      get(config, "rotation") === undefined && booleanOf(get(config, "append"), false) === true
        ? [["append"], "append: true without rotation"]
        : undefined,
    ),
  },
  {
    code: "file_deletes_backups",
    severity: "error",
    why: "when more full files are there than max_backups, the oldest are deleted; the default is 100",
    instead: "max_backups: 0 in rotation: all are kept",
    find: inFiles(({ config }) => {
      const rotation = get(config, "rotation");
      if (rotation === undefined) return undefined;
      const node = get(rotation, "max_backups");
      const kept = numberOf(node, 100);
      return kept !== undefined && kept > 0
        ? [
            ["rotation", "max_backups"],
            isAbsent(node) ? "no max_backups in rotation: 100" : `max_backups: ${kept}`,
          ]
        : undefined;
    }),
  },
  {
    code: "file_deletes_days",
    severity: "error",
    why: "full files that are older than max_days are deleted",
    instead: "max_days: 0; delete by your retention rules, not by the exporter",
    find: inFiles(({ config }) => {
      const days = numberOf(get(config, "rotation", "max_days"), 0);
      return days !== undefined && days > 0
        ? [["rotation", "max_days"], `max_days: ${days}`]
        : undefined;
    }),
  },
  {
    code: "file_smaller_than_request",
    severity: "error",
    why: "a request that is larger than max_megabytes is refused, and refused again for ever; as OTLP JSON, masks in it, a request is up to 8 times as long as it came",
    instead:
      "max_megabytes above the largest request that a receiver takes; with format: json above 8 times that",
    find: (collector) => {
      const largest = largestRequestMib(collector);
      return inFiles(({ config }) => {
        const rotation = get(config, "rotation");
        if (rotation?.kind !== "map") return undefined;
        const given = numberOf(get(rotation, "max_megabytes"), 0);
        if (given === undefined) return undefined;
        // 0 is the exporter's own 100.
        const size = given === 0 ? 100 : given;
        const growth = growthOf(config);
        const written = growth === 1 ? "" : `, ${largest * growth} MiB as OTLP JSON`;
        return size < largest * growth
          ? [
              ["rotation", "max_megabytes"],
              `max_megabytes: ${size}, and a request may have ${largest} MiB${written}`,
            ]
          : undefined;
      })(collector);
    },
  },
  {
    code: "file_directory_permissions",
    severity: "error",
    why: "directory_permissions without create_directory: true is an error: the Collector does not start",
    instead: "create_directory: true beside it",
    find: inFiles(({ config }) =>
      isGiven(get(config, "directory_permissions")) &&
      booleanOf(get(config, "create_directory"), false) === false
        ? [["directory_permissions"], "directory_permissions without create_directory"]
        : undefined,
    ),
  },
  {
    code: "file_binary_form",
    severity: "warning",
    why: "the file is no lines: blocks with their length before them, or one compressed stream that is buffered. A block that a kill cut makes all that follows unreadable, and otel-audit reads lines",
    instead: "format: json without compression; compress full files afterwards",
    find: inFiles(({ config }) => {
      const compression = knownText(get(config, "compression")) ?? "";
      if (compression !== "") return [["compression"], `compression: ${compression}`];
      return knownText(get(config, "format")) === "proto" && isAbsent(get(config, "encoding"))
        ? [["format"], "format: proto"]
        : undefined;
    }),
  },
  {
    code: "file_group_by",
    severity: "error",
    why: "with group_by a failed write is final (the sender is told not to try again), writes are buffered, and senders choose names of files",
    instead: "one file without group_by; sort when reading",
    find: inFiles(({ config }) =>
      booleanOf(get(config, "group_by", "enabled"), false) === true
        ? [["group_by", "enabled"], "group_by is enabled"]
        : undefined,
    ),
  },
  {
    code: "file_shared_path",
    severity: "error",
    why: "two exporters that write one file cut each other's lines, and rename it under each other's hands",
    instead: "a path of its own for each",
    find: sharedPaths,
  },
];

function* sharedPaths(collector: Parameters<Rule["find"]>[0]): Generator<Hit> {
  const started = new Set(
    collector.allPipelines.flatMap((one) => one.exporters.map(({ id }) => id)),
  );
  const audit = new Set(usedComponents(collector, "exporters", "file"));
  const first = new Map<string, Component>();
  for (const exporter of collector.components.exporters.values()) {
    if (exporter.type !== "file" || !started.has(exporter.id)) continue;
    const node = get(exporter.config, "path");
    // Variables that cannot be known are the same where they are written the same.
    const path = knownText(node) ?? (node?.kind === "unknown" ? node.source : "");
    const other = first.get(path);
    if (path === "") continue;
    if (other === undefined) first.set(path, exporter);
    else if (audit.has(exporter) || audit.has(other)) {
      yield {
        at: placeAlong(exporter.config, exporter.key, ["path"]),
        component: exporter.name,
        message: `${path} is the path of ${other.name} too`,
      };
    }
  }
}
