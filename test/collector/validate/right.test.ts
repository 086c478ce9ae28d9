/** Configurations that are right: nothing is found in them, and the real Collector takes them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCollector } from "../../../collector-config/build/build.ts";
import { loadConfigFiles, validateConfig } from "../../../src/collector/index.ts";
import { RULES } from "../../../src/collector/validate/rules/index.ts";
import { readFileSync } from "node:fs";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { BUILD_TIMEOUT_MILLIS, CONFIG_DIR, whyNoCollector } from "../collector-process.ts";

const right = join(import.meta.dirname, "right");
const rights = readdirSync(right).map((name) => join(right, name));
const OVERLAYS = join(CONFIG_DIR, "overlays");
const overlays = readdirSync(OVERLAYS).map((name) => join(OVERLAYS, name));
/** With components that our build has not, or for nothing without one of these. */
const FOREIGN: ReadonlySet<string> = new Set(
  ["elasticsearch.yaml", "s3.yaml", "keycloak.yaml", "keycloak-file.yaml"].map((name) =>
    join(OVERLAYS, name),
  ),
);
/** All but the other side of an overlay, which belongs to another Collector. */
const together = overlays.filter((file) => !/gateway|kafka-consumer/.test(basename(file)));
const ours = together.filter((file) => !FOREIGN.has(file));
const config = join(CONFIG_DIR, "config.yaml");

/** What an overlay adds keys to, where that is another overlay. */
const besideOf = (file: string): readonly string[] =>
  file.endsWith("-login.yaml") ? [file.replace("-login.yaml", ".yaml")] : [];

/** As they are given to the Collector, by a name. */
const CONFIGURATIONS: readonly (readonly [string, readonly string[]])[] = [
  ["config.yaml", [config]],
  ...overlays.map(
    (file) => [`config.yaml and ${basename(file)}`, [config, ...besideOf(file), file]] as const,
  ),
  ["config.yaml and every overlay", [config, ...together]],
  ["config.yaml and every overlay of our build", [config, ...ours]],
  ...rights.map((file) => [basename(file), [file]] as const),
];

describe("a right configuration", () => {
  test.each(CONFIGURATIONS)("%s: nothing is found", (_name, files) => {
    expect(validateConfig(loadConfigFiles(files))).toEqual([]);
  });
  test("is not right because nothing is looked at: each has an error once its redaction is gone", () => {
    for (const [name, files] of CONFIGURATIONS) {
      const roots = loadConfigFiles(files);
      const without = roots.map((root) => withoutRedaction(root));
      const codes = new Set(validateConfig(without).map(({ code }) => code));
      expect([name, codes.has("unredacted_exporter")]).toEqual([name, true]);
    }
  });
});

type Root = ReturnType<typeof loadConfigFiles>[number];

/** The same with every mention of a redaction processor taken out of lists. */
function withoutRedaction(node: Root): Root {
  if (node.kind === "list") {
    const items = node.items.filter(
      (item) => !(item.kind === "scalar" && String(item.value).startsWith("redaction")),
    );
    return { ...node, items };
  }
  if (node.kind !== "map") return node;
  const entries = new Map(
    [...node.entries].map(([name, { key, value }]) => [
      name,
      { key, value: withoutRedaction(value) },
    ]),
  );
  return { ...node, entries };
}

const reason = whyNoCollector();
const OF_OUR_BUILD: readonly (readonly [string, readonly string[]])[] = CONFIGURATIONS.filter(
  ([name, files]) =>
    !/docker|kubernetes|^kafka/.test(name) && !files.some((file) => FOREIGN.has(file)),
);

describe.skipIf(reason !== undefined)(
  `the real Collector takes it${reason === undefined ? "" : `: ${reason}`}`,
  () => {
    let collector: string;
    beforeAll(async () => {
      collector = await buildCollector();
    }, BUILD_TIMEOUT_MILLIS);

    test.each(OF_OUR_BUILD)("%s", (_name, files) => {
      const directory = temporaryDirectory();
      mkdirSync(join(directory, "queue"));
      for (const name of ["loki", "otlp", "victorialogs"])
        writeFileSync(join(directory, name), "Bearer x");
      const result = spawnSync(
        collector,
        ["validate", ...files.flatMap((file) => ["--config", file])],
        {
          encoding: "utf8",
          env: {
            AUDIT_COLLECTOR_DIR: directory,
            AUDIT_LOGIN_DIR: directory,
            REDACTION_KEY: "a key of tests that has thirty-two bytes",
            MY_POD_IP: "127.0.0.1",
            BACKEND_AUTHORIZATION: "none",
          },
          timeout: 180_000,
        },
      );
      expect(result.stderr).toBe("");
      expect(result.status).toBe(0);
    });
  },
);

describe("collector-config/README.md", () => {
  test("has the table of the codes", () => {
    const text = readFileSync(join(CONFIG_DIR, "README.md"), "utf8");
    const table = /<!-- codes -->(.*)<!-- end of codes -->/s.exec(text)?.[1] ?? "";
    const rows = [...table.matchAll(/^\| `(\w+)` +\| (\w+) +\| (.+?) +\|$/gm)];
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      RULES.map(({ code, severity, why }) => [code, severity, why]),
    );
  });
});
