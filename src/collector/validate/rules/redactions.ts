import { ATTR_RECORD_ID } from "../../../event/index.ts";
import type { Collector, Hop, Pipeline, Reference } from "../model.ts";
import { nextPipelines } from "../carried.ts";
import { hitIn, usedComponents } from "../graph.ts";
import type { Hit, Rule } from "../finding.ts";

import { booleanOf, get, isAbsent, isEmpty, itemsOf, knownText, writtenText } from "../located.ts";
import { matchesAll, SECRET_KEYS, SECRET_VALUES } from "../samples.ts";
import { queueOf } from "../queue.ts";

/** An exporter that gets records as they came. */
interface Leak {
  readonly pipeline: Pipeline;
  readonly exporter: Reference;
}

const redacts = (pipeline: Pipeline): boolean =>
  pipeline.isPartlyUnknown || pipeline.processors.some(({ type }) => type === "redaction");

/** Pipelines that get unredacted records when these do, they too. */
function clearPipelines(seeds: readonly Pipeline[], collector: Collector): ReadonlySet<Pipeline> {
  const clear = new Set(seeds);
  for (const pipeline of clear) {
    if (redacts(pipeline)) continue;
    for (const next of nextPipelines(pipeline, collector.pipelines, collector)) clear.add(next);
  }
  return clear;
}

/** Exporters that write or send unredacted records when these pipelines get them. */
function leaks(seeds: readonly Pipeline[], collector: Collector): readonly Leak[] {
  const clear = [...clearPipelines(seeds, collector)].filter((pipeline) => !redacts(pipeline));
  return clear.flatMap((pipeline) =>
    pipeline.exporters
      .filter((exporter) => writes(exporter, collector))
      .map((exporter) => ({ pipeline, exporter })),
  );
}

/** A connector hands on; a hop does too, unless it keeps a queue on disk; debug may only count. */
function writes({ id, type }: Reference, collector: Collector): boolean {
  if (type === "nop" || collector.components.connectors.has(id)) return false;
  const exporter = collector.components.exporters.get(id);
  if (exporter === undefined) return false;
  if (type === "debug")
    return ["normal", "detailed"].includes(knownText(get(exporter.config, "verbosity")) ?? "");
  return !collector.hops.some((hop) => hop.exporter === exporter) || queueOf(exporter) === "disk";
}

/** Pipelines that take records from outside of this configuration. */
function entryPipelines(collector: Collector): readonly Pipeline[] {
  const inner = new Set([
    ...collector.components.connectors.keys(),
    ...collector.hops.map(({ receiver }) => receiver.id),
  ]);
  return collector.pipelines.filter(({ receivers }) => receivers.some(({ id }) => !inner.has(id)));
}

/** Whether records that a pipeline gets are redacted for another of its exporters. */
function isRedactedBeside({ pipeline, exporter }: Leak, collector: Collector): boolean {
  const others = { ...pipeline, exporters: pipeline.exporters.filter((one) => one !== exporter) };
  const next = nextPipelines(others, collector.pipelines, collector);
  return [...clearPipelines(next, collector)].some(redacts);
}

function* unredacted(collector: Collector, isBeside: boolean): Generator<Hit> {
  for (const leak of leaks(entryPipelines(collector), collector)) {
    if (isRedactedBeside(leak, collector) !== isBeside) continue;
    yield {
      at: leak.exporter.place,
      component: `exporters.${leak.exporter.id}`,
      message: `${leak.pipeline.id} sends to it what no redaction processor has seen`,
    };
  }
}

function* openHops(collector: Collector): Generator<Hit> {
  const known = new Set(
    leaks(entryPipelines(collector), collector).map(({ exporter }) => exporter),
  );
  const seen = new Set<string>();
  for (const hop of collector.hops) {
    const behind = collector.pipelines.filter(({ receivers }) =>
      receivers.some(({ id }) => id === hop.receiver.id),
    );
    const found = leaks(behind, collector).filter(({ exporter }) => !known.has(exporter));
    const door = `${hop.receiver.id} ${hop.protocol}`;
    if (found.length === 0 || isGuarded(hop) || seen.has(door)) continue;
    seen.add(door);
    yield hitIn(
      hop.receiver,
      ["protocols", hop.protocol],
      `${found.map(({ exporter }) => exporter.id).join(", ")} would get what any program posts here, without redaction`,
    );
  }
}

/** A listener that asks who is there, or a socket file with the permissions of its directory. */
function isGuarded({ receiver, protocol }: Hop): boolean {
  const listener = get(receiver.config, "protocols", protocol);
  const clients = get(listener, "tls", "client_ca_file");
  return (
    !isAbsent(get(listener, "auth")) ||
    !isAbsent(clients) ||
    knownText(get(listener, "transport")) === "unix"
  );
}

/** Lists of patterns that keep the redaction from looking, and what it is there to look at. */
const EXEMPTIONS = [
  ["ignored_key_patterns", SECRET_KEYS],
  ["allowed_values", SECRET_VALUES],
] as const;

const inRedactions =
  (
    find: (
      config: Parameters<typeof get>[0],
    ) => readonly [path: readonly string[], message: string] | undefined,
  ): Rule["find"] =>
  (collector) =>
    usedComponents(collector, "processors", "redaction").flatMap((processor) => {
      const found = find(processor.config);
      return found === undefined ? [] : [hitIn(processor, ...found)];
    });

/** How records leave unredacted, or are redacted away. */
export const REDACTION_RULES: readonly Rule[] = [
  {
    code: "unredacted_exporter",
    severity: "error",
    why: "what a producer let through (passwords, tokens, personal data) is kept and sent on as it came",
    instead: "a redaction processor in this pipeline, or in one before it",
    find: (collector) => unredacted(collector, false),
  },
  {
    code: "redaction_after_branch",
    severity: "error",
    why: "the redaction stands behind the point where the records part: this branch does not meet it",
    instead:
      "the redaction processor before the branch: in the pipeline that the records come in by",
    find: (collector) => unredacted(collector, true),
  },
  {
    code: "hop_not_redacted",
    severity: "error",
    why: "the redaction stands before the hop only: any program of this machine may post records to the port behind it",
    instead: "the redaction processor behind the hop as well, or auth on this receiver",
    find: openHops,
  },
  {
    code: "redaction_does_nothing",
    severity: "error",
    why: "all keys are allowed and no key or value is blocked, or all of them are ignored: records pass as they are",
    instead:
      "blocked_key_patterns and blocked_values; exact names in ignored_keys, and in allowed_values patterns with ^ and $$",
    find: inRedactions((config) => {
      for (const [list, samples] of EXEMPTIONS) {
        const pattern = itemsOf(get(config, list)).find((item) => matchesAll(item, samples));
        if (pattern !== undefined)
          return [[list], `${list}: ${knownText(pattern)} matches everything`];
      }
      return booleanOf(get(config, "allow_all_keys"), false) === true &&
        isEmpty(get(config, "blocked_key_patterns")) === true &&
        isEmpty(get(config, "blocked_values")) === true
        ? [["allow_all_keys"], "neither blocked_key_patterns nor blocked_values"]
        : undefined;
    }),
  },
  {
    code: "redaction_removes_everything",
    severity: "error",
    why: "keys that are not in allowed_keys are removed, the id and the action of an audit record too",
    instead: "allow_all_keys: true",
    find: inRedactions((config) => {
      if (booleanOf(get(config, "allow_all_keys"), false) !== false) return undefined;
      const allowed = get(config, "allowed_keys");
      if (allowed?.kind === "unknown" || itemsOf(allowed).some((item) => item.kind === "unknown"))
        return undefined;
      if (isEmpty(allowed) === true)
        return [["allow_all_keys"], "allow_all_keys is off, and allowed_keys is empty"];
      return itemsOf(allowed).some((item) => knownText(item) === ATTR_RECORD_ID)
        ? undefined
        : [["allowed_keys"], `${ATTR_RECORD_ID} is not in allowed_keys`];
    }),
  },
  {
    code: "redaction_texts_only",
    severity: "warning",
    why: "attributes that are numbers, lists or maps are not looked at",
    instead: "redact_all_types: true",
    find: inRedactions((config) =>
      booleanOf(get(config, "redact_all_types"), false) === false
        ? [["redact_all_types"], "redact_all_types is off"]
        : undefined,
    ),
  },
  {
    code: "redaction_without_key",
    severity: "error",
    why: "an HMAC without a key is an error: the Collector does not start",
    instead: "hmac_key: ${env:…}, at least 32 bytes (64 for hmac-sha512)",
    find: inRedactions((config) => {
      const hash = knownText(get(config, "hash_function"))?.toLowerCase() ?? "";
      const key = get(config, "hmac_key");
      const isMissing = isAbsent(key) || knownText(key) === "";
      return hash.startsWith("hmac") && isMissing
        ? [["hash_function"], `hash_function: ${hash} without hmac_key`]
        : undefined;
    }),
  },
  {
    code: "redaction_literal_key",
    severity: "error",
    why: "who can read this file can find the values behind the pseudonyms by trying",
    instead: "hmac_key: ${env:…} without a default, or ${file:…}",
    find: inRedactions((config) => {
      const key = get(config, "hmac_key");
      return (writtenText(key) ?? "") !== ""
        ? [["hmac_key"], "hmac_key stands in the file"]
        : undefined;
    }),
  },
  {
    code: "redaction_guessable",
    severity: "warning",
    why: "a hash without a key is found by trying: there are few names, addresses and card numbers",
    instead: "no hash_function (a mask), or hmac-sha256 with a key",
    find: inRedactions((config) => {
      const hash = knownText(get(config, "hash_function"))?.toLowerCase() ?? "";
      return ["md5", "sha1", "sha3"].includes(hash)
        ? [["hash_function"], `hash_function: ${hash}`]
        : undefined;
    }),
  },
];
