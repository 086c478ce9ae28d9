import type { Collector, Component } from "../model.ts";
import { hitIn, usedComponents } from "../graph.ts";
import type { Rule } from "../finding.ts";
import { booleanOf, get, knownText, type Located, textOf } from "../located.ts";

const DEFAULT_DIRECTORY = "/var/lib/otelcol/file_storage";

/** The file_storage extensions that audit records, or the places in their sources, are kept in. */
export function storages(collector: Collector): readonly Component[] {
  const users = [
    ...usedComponents(collector, "exporters").map(({ config }) =>
      get(config, "sending_queue", "storage"),
    ),
    ...usedComponents(collector, "receivers").map(({ config }) => get(config, "storage")),
  ];
  const ids = new Set(users.map(knownText));
  return [...collector.components.extensions.values()].filter(
    ({ id, type }) => type === "filestorage" && ids.has(id),
  );
}

function inStorages(
  find: (config: Located) => readonly [path: readonly string[], message: string] | undefined,
): Rule["find"] {
  return (collector) =>
    storages(collector).flatMap((storage) => {
      const found = find(storage.config);
      return found === undefined ? [] : [hitIn(storage, ...found)];
    });
}

/** How queues on disk lose records. */
export const STORAGE_RULES: readonly Rule[] = [
  {
    code: "storage_without_fsync",
    severity: "error",
    why: "accepted means handed to the operating system: a power cut loses the queue or leaves it unreadable",
    instead: "fsync: true",
    find: inStorages((config) =>
      booleanOf(get(config, "fsync"), false) === false ? [["fsync"], "no fsync"] : undefined,
    ),
  },
  {
    code: "storage_recreated",
    severity: "error",
    why: "a queue that cannot be opened is set aside and begun anew: what was in it is not sent",
    instead: "recreate: false; look at a damaged queue yourself",
    find: inStorages((config) =>
      booleanOf(get(config, "recreate"), false) === true
        ? [["recreate"], "recreate: true"]
        : undefined,
    ),
  },
  {
    code: "storage_compacted_elsewhere",
    severity: "warning",
    why: "on another file system the compacted queue cannot be put in place by one rename: a crash meanwhile may leave no whole queue",
    instead: "compaction.directory the same as directory",
    find: inStorages((config) => {
      const compaction = get(config, "compaction");
      const isOn = ["on_start", "on_rebound"].some(
        (key) => booleanOf(get(compaction, key), false) === true,
      );
      if (!isOn) return undefined;
      const directory = get(config, "directory");
      const compacted = get(compaction, "directory");
      const isKnown = directory?.kind !== "unknown" && compacted?.kind !== "unknown";
      return !isKnown || said(directory) === said(compacted)
        ? undefined
        : [
            ["compaction", "directory"],
            `compaction in ${said(compacted)}, the queue in ${said(directory)}`,
          ];
    }),
  },
];

function said(node: Located | undefined): string {
  return textOf(node, DEFAULT_DIRECTORY) ?? "";
}
