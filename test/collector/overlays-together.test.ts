/** What our check of configurations, and the real Collector, say of the overlays: of each, and of all together. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildCollector } from "../../collector-config/build/build.ts";
import { loadConfigFiles, validateConfig } from "../../src/collector/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { BUILD_TIMEOUT_MILLIS, CONFIG_DIR, whyNoCollector } from "./collector-process.ts";

const FOLDER = join(CONFIG_DIR, "overlays");
const CONFIG = join(CONFIG_DIR, "config.yaml");
const OVERLAYS = readdirSync(FOLDER);
/** What is there only together with another one. */
const WITH: Readonly<Record<string, readonly string[]>> = {
  "keycloak-file.yaml": ["keycloak.yaml", "keycloak-file.yaml"],
  "loki-login.yaml": ["loki.yaml", "loki-login.yaml"],
  "otlp-login.yaml": ["otlp.yaml", "otlp-login.yaml"],
  "victorialogs-login.yaml": ["victorialogs.yaml", "victorialogs-login.yaml"],
  "keycloak.yaml": ["keycloak.yaml", "keycloak-file.yaml"],
};
const pathsOf = (names: readonly string[]): readonly string[] => [
  CONFIG,
  ...names.map((name) => join(FOLDER, name)),
];
/** Has only what our build has; keycloak.yaml hangs off a receiver that it has not. */
const isInBuild = (name: string): boolean =>
  !readFileSync(join(FOLDER, name), "utf8").includes("not in our build") &&
  !name.startsWith("keycloak");

function loginDirectory(): string {
  const directory = temporaryDirectory();
  for (const name of ["loki", "otlp", "victorialogs"])
    writeFileSync(join(directory, name), "Bearer x");
  return directory;
}

describe("otel-audit collector validate", () => {
  test.each(OVERLAYS)("finds nothing in %s", (name) => {
    expect(validateConfig(loadConfigFiles(pathsOf(WITH[name] ?? [name])))).toEqual([]);
  });
});

test("both sides of Kafka on one Collector are refused: records would go round for ever", () => {
  const found = validateConfig(loadConfigFiles(pathsOf(["kafka.yaml", "kafka-consumer.yaml"])));
  expect(found.map(({ code, component }) => `${code} ${component}`)).toEqual([
    "hop_circle exporters.kafka/audit",
  ]);
});

const why = whyNoCollector();
if (why !== undefined)
  process.stderr.write(`\notel-audit: test/collector/overlays-together: ${why}\n\n`);

test.skipIf(why !== undefined)(
  "the Collector takes all of its overlays together",
  async () => {
    const names = OVERLAYS.filter(isInBuild);
    // Two forms of the same exporter and receiver: one or the other.
    const together = names.filter((name) => !name.endsWith("-token.yaml"));
    expect(together.length).toBeGreaterThan(5);
    const configs = pathsOf(together).flatMap((path) => ["--config", path]);
    const { status, stderr } = spawnSync(await buildCollector(), ["validate", ...configs], {
      encoding: "utf8",
      env: {
        ...process.env,
        AUDIT_COLLECTOR_DIR: temporaryDirectory(),
        AUDIT_LOGIN_DIR: loginDirectory(),
      },
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  },
  BUILD_TIMEOUT_MILLIS,
);
