/**
 * What the Collector's configuration says, against the code it has to agree with. Starts nothing.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { REDACTION_PROCESSORS, renderConfiguration } from "../../src/collector/index.ts";
import { KEPT_ATTRIBUTES, SCOPE_NAME } from "../../src/event/index.ts";
import { ATTRIBUTE_COLUMNS, COLUMNS } from "../../src/format/columns.ts";
import { collectorRedaction } from "../../src/redact/index.ts";
import { CONFIG_DIR } from "./collector-process.ts";

type Node = Readonly<Record<string, unknown>>;

function load(file: string): Node {
  return mapOf(parse(textOf(file)));
}

function textOf(file: string): string {
  return readFileSync(path.join(CONFIG_DIR, file), "utf8");
}

/** What stands at a path of keys; fails the test where a key is missing. */
function at(node: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce((found: unknown, key) => {
    expect(mapOf(found)).toHaveProperty([key]);
    return mapOf(found)[key];
  }, node);
}

function mapOf(value: unknown): Node {
  return z.record(z.string(), z.unknown()).parse(value);
}

/** A list of texts as the Collector reads it: `$$` is one dollar. */
function textsOf(value: unknown): readonly string[] {
  return z
    .array(z.string())
    .parse(value)
    .map((text) => text.replaceAll("$$", "$"));
}

const config = load("config.yaml");
const csvStatements = z
  .array(z.object({ statements: z.array(z.string()) }))
  .parse(at(config, "processors", "transform/audit_csv", "log_statements"))
  .flatMap(({ statements }) => textsOf(statements));

describe("the redaction", () => {
  const { names, shapes, assigned } = collectorRedaction();

  it.each(
    Object.entries({ names, shapes, assigned }).flatMap(([instance, rules]) =>
      Object.entries(rules).map(
        ([key, ofTheProcess]: [string, readonly string[]]) =>
          [instance, key, ofTheProcess] as const,
      ),
    ),
  )("redaction/%s: %s are those of the process", (instance, key, ofTheProcess) => {
    expect(textsOf(at(config, "processors", `redaction/${instance}`, key))).toEqual(ofTheProcess);
  });

  it("is what otel-audit collector render would write", () => {
    const text = textOf("config.yaml");
    expect(renderConfiguration(text, undefined, "config.yaml").text).toBe(text);
  });

  it.each(["logs/audit", "logs/spool"])(
    "runs whole and in order in %s, ahead of its exporter",
    (pipeline) => {
      const processors = z
        .array(z.string())
        .parse(at(config, "service", "pipelines", pipeline, "processors"));
      expect(processors.slice(-REDACTION_PROCESSORS.length)).toEqual(REDACTION_PROCESSORS);
    },
  );

  it.each(["names", "shapes", "assigned"])(
    "redaction/%s keeps every kept attribute by its exact name",
    (name) => {
      const instance = at(config, "processors", `redaction/${name}`);
      expect(at(instance, "ignored_keys")).toEqual(expect.arrayContaining([...KEPT_ATTRIBUTES]));
      expect(at(instance, "ignored_key_patterns")).toEqual([]);
    },
  );

  it.each(["names", "shapes", "assigned"])(
    "redaction/%s masks with the fixed mask, and needs no key",
    (name) => {
      const instance = at(config, "processors", `redaction/${name}`);
      expect(instance).toMatchObject({
        allow_all_keys: true,
        redact_all_types: true,
        summary: "silent",
      });
      expect(instance).not.toHaveProperty("hash_function");
    },
  );
});

describe("transform/audit_csv", () => {
  it("writes the columns of the process in their order", () => {
    const last = csvStatements.at(-1) ?? "";
    const written = [...last.matchAll(/log\.cache\["(\w+)"\]/g)].map(([, column]) => column);
    expect(written).toEqual(COLUMNS);
  });

  it("has a default for every column", () => {
    const defaults = /merge_maps\(log\.cache, (\{.*\}), "upsert"\)/.exec(
      csvStatements[0] ?? "",
    )?.[1];
    expect(Object.keys(mapOf(JSON.parse(defaults ?? "{}")))).toEqual(COLUMNS);
  });

  it.each(ATTRIBUTE_COLUMNS)("fills %s from %s", (column, attribute) => {
    expect(csvStatements).toContain(
      `set(log.cache["${column}"], String(log.attributes["${attribute}"]))`,
    );
  });

  it("leaves out of `attributes` what has a column, and nothing else", () => {
    const deletion = csvStatements.find((statement) =>
      statement.startsWith("delete_matching_keys"),
    );
    const pattern = /"(\^.*\$)"/.exec(deletion ?? "")?.[1]?.replaceAll("\\\\", "\\");
    const hasColumn = new RegExp(pattern ?? "");
    const shown = ["audit.time", "audit.action", "exception.message"];
    shown.push(...ATTRIBUTE_COLUMNS.map(([, attribute]) => attribute));
    for (const attribute of shown) expect(attribute).toMatch(hasColumn);
    const others = KEPT_ATTRIBUTES.filter((attribute) => !shown.includes(attribute));
    for (const attribute of others) expect(attribute).not.toMatch(hasColumn);
    expect(hasColumn.source.split("|").length).toBeLessThanOrEqual(shown.length);
  });
});

describe("config.yaml", () => {
  it("names the scope of the process", () => {
    const conditions = textsOf(at(config, "processors", "filter/audit_only", "log_conditions"));
    expect(conditions).toContain(`not IsMatch(scope.name, "^${SCOPE_NAME}($|[^a-z])")`);
  });

  it("listens on loopback unless told otherwise", () => {
    const listeners = textOf("config.yaml").match(/endpoint: .*/g) ?? [];
    expect(listeners).toHaveLength(5);
    for (const listener of listeners)
      expect(listener).toMatch(/^endpoint: \$\{env:\w+:-127\.0\.0\.1:\d+\}$/);
  });

  it.each(["file/audit_json", "file/audit_csv"])(
    "%s deletes nothing and is for the owner only",
    (name) => {
      expect(at(config, "exporters", name)).toMatchObject({
        create_directory: true,
        directory_permissions: "0700",
        rotation: { max_days: 0, max_backups: 0 },
      });
    },
  );

  it("rotates above the largest request", () => {
    const { grpc, http } = mapOf(at(config, "receivers", "otlp", "protocols"));
    const mib = z.number().parse(at(grpc, "max_recv_msg_size_mib"));
    expect(at(http, "max_request_body_size")).toBe(mib * 1024 * 1024);
    const full = at(config, "exporters", "file/audit_json", "rotation", "max_megabytes");
    // As OTLP JSON, masks in it, a request is up to 7.3 times as long.
    expect(full).toBeGreaterThan(mib * 8);
  });
});

/** Exporters that keep nothing for later: what writes files of its own, and what is asked by others. */
const WITHOUT_QUEUE: ReadonlySet<string> = new Set(["file", "prometheus"]);
const OVERLAYS = readdirSync(path.join(CONFIG_DIR, "overlays")).map((file) => `overlays/${file}`);

describe.each(OVERLAYS)("%s", (file) => {
  const overlay = load(file);
  /** A login is for an exporter of the overlay that it is named after. */
  const above = file.endsWith("-login.yaml") ? load(file.replace("-login.yaml", ".yaml")) : {};
  const exportersAbove = mapOf(above["exporters"] ?? {});
  const exporters = Object.entries(mapOf(overlay["exporters"] ?? {})).map(
    ([name, own]) => [name, { ...mapOf(exportersAbove[name] ?? {}), ...mapOf(own) }] as const,
  );

  it("only adds keys, and extensions to those that there are", () => {
    const both = keysInBoth(config, overlay, []).filter((key) => key !== "service.extensions");
    expect([...both, ...keysInBoth(above, overlay, [])]).toEqual([]);
    const ofConfig = z.array(z.string()).parse(at(config, "service", "extensions"));
    const { extensions = ofConfig } = mapOf(overlay["service"] ?? {});
    expect(extensions).toEqual([
      ...ofConfig,
      ...Object.keys(mapOf(overlay["extensions"] ?? {})).filter((name) => !ofConfig.includes(name)),
    ]);
  });

  it("keeps what it cannot send: on disk, for ever, by requests", () => {
    for (const [name, exporter] of exporters) {
      const [type = ""] = name.split("/");
      if (WITHOUT_QUEUE.has(type)) continue;
      const retry = { retry_on_failure: { enabled: true, max_elapsed_time: "0s" } };
      expect(exporter).toMatchObject({
        // The one exporter with a retry of its own, which ends one day; nothing may end it before.
        ...(file === "overlays/elasticsearch.yaml"
          ? { timeout: "0s", retry: { enabled: true, max_retries: 1_000_000 } }
          : retry),
        sending_queue: { enabled: true, storage: "file_storage/queue", sizer: "requests" },
      });
    }
    expect(at(config, "service", "extensions")).toContain("file_storage/queue");
    expect(at(config, "extensions", "file_storage/queue")).toMatchObject({ fsync: true });
  });

  it("deletes none of its files of records, and makes them for the owner only", () => {
    for (const [name, exporter] of exporters) {
      if (name.split("/")[0] !== "file" || name === "file/traces") continue;
      expect(exporter).toMatchObject({
        create_directory: true,
        directory_permissions: "0700",
        rotation: { max_days: 0, max_backups: 0 },
      });
    }
  });

  it("listens on loopback unless told otherwise", () => {
    const listeners = textOf(file).match(/^ +(endpoint|brokers): .*\d+\b.*/gm) ?? [];
    for (const listener of listeners)
      expect(listener).toMatch(/:-\[?"?(https?:\/\/)?127\.0\.0\.1:\d+/);
  });

  it("says whether it was run, and has a row in the README", () => {
    expect(textOf(file)).toMatch(/^# Run by us: (yes|no|in part)\b/m);
    expect(textOf("README.md")).toContain(`| \`${file}\``);
  });
});

/** A login has none of its own. */
function pipelinesOf(file: Node): Node {
  return file["service"] === undefined ? {} : mapOf(at(file, "service", "pipelines"));
}

const CHAIN = ["transform/flat_attributes", ...REDACTION_PROCESSORS];

describe.each(["config.yaml", ...OVERLAYS])("what comes in from outside by %s", (file) => {
  // keycloak-file.yaml is nothing without the other.
  const files = new Set([
    "config.yaml",
    file,
    ...(file.includes("keycloak") ? ["overlays/keycloak.yaml"] : []),
  ]);
  const all = [...files].map(load);
  const connectors = all.flatMap((each) => Object.keys(mapOf(each["connectors"] ?? {})));
  const pipelines = new Map(all.flatMap((each) => Object.entries(pipelinesOf(each))));
  const listOf = (pipeline: unknown, key: string): readonly string[] =>
    z.array(z.string()).parse(mapOf(pipeline)[key] ?? []);

  /** Processors on each way from a pipeline to what is no connector. */
  function ways(pipeline: unknown): readonly (readonly string[])[] {
    const own = listOf(pipeline, "processors");
    return listOf(pipeline, "exporters").flatMap((exporter) =>
      connectors.includes(exporter)
        ? [...pipelines.values()]
            .filter((next) => listOf(next, "receivers").includes(exporter))
            .flatMap(ways)
            .map((way) => [...own, ...way])
        : [own],
    );
  }

  const outside = [...pipelines].filter(
    ([name, pipeline]) =>
      (file === "config.yaml" || Object.hasOwn(pipelinesOf(load(file)), name)) &&
      listOf(pipeline, "receivers").some((receiver) => !connectors.includes(receiver)),
  );

  it("runs the whole redaction, on every way to every exporter", () => {
    if (file === "config.yaml") expect(outside).toHaveLength(2);
    for (const [name, pipeline] of outside) {
      const found = ways(pipeline);
      expect(found.length).toBeGreaterThan(0);
      for (const way of found) {
        const first = way.indexOf(CHAIN[0] ?? "");
        expect([name, way.slice(first, first + CHAIN.length)]).toEqual([name, CHAIN]);
      }
    }
  });
});

/** Paths at which both say something that is not a map of further keys. */
function keysInBoth(base: Node, overlay: Node, above: readonly string[]): readonly string[] {
  return Object.entries(overlay).flatMap(([key, value]) => {
    if (!Object.hasOwn(base, key)) return [];
    const here = [...above, key];
    return isMap(value) && isMap(base[key]) ? keysInBoth(base[key], value, here) : [here.join(".")];
  });
}

function isMap(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
