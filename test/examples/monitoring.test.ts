/** Alerts and dashboard know the metrics that there are, by the names that Prometheus knows them by. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { metrics } from "@opentelemetry/api";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { healthOf } from "../../src/record/index.ts";
import { reportHealth } from "../../src/setup/metrics.ts";
import * as names from "../../src/setup/metric-names.ts";
import { freePorts } from "../collector/child-process.ts";
import { startProgram } from "../support/program.ts";
import { promtool, PROMTOOL_BUILD_TIMEOUT_MILLIS, whyNoPromtool } from "../support/promtool.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = join(import.meta.dirname, "../..");
const example = "examples/monitoring";
const fileOf = (name: string): string => join(root, example, name);
const textOf = (name: string): string => readFileSync(fileOf(name), "utf8");

const { COUNTERS, ATTR_HEALTH_STATE, ...single } = names;
const METRICS: readonly names.Metric[] = [...COUNTERS, ...Object.values(single)];

/** What Prometheus appends for a unit to what came as OTLP; the exporter of OpenTelemetry JS does not. */
const UNIT_SUFFIXES: Readonly<Record<string, string>> = { s: "_seconds", By: "_bytes" };

/** Everything there is to report, as the Prometheus exporter writes it. */
async function exposition(): Promise<string> {
  const reader = new PrometheusExporter({ preventServerStart: true });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  const { leave } = reportHealth({
    health: () =>
      healthOf({
        isClosed: false,
        failing: undefined,
        recorded: 9,
        written: 8,
        synced: 7,
        lost: 1,
        unconfirmed: 1,
        refused: 1,
        openCalls: 1,
        shipping: {
          isShipping: true,
          shipped: 4,
          unreadable: 1,
          quarantined: 1,
          backlogRecords: 3,
          backlogBytes: 3000,
          backlogAgeMillis: 1500,
          lastSuccessMillis: 1_800_000_000_000,
          problem: undefined,
        },
      }),
    isOpen: () => true,
    report: () => {},
  });
  onTestFinished(() => {
    leave();
    metrics.disable();
  });
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  return new PrometheusSerializer().serialize(resourceMetrics);
}

/** Names and label names of the audit metrics in an exposition. */
function namesIn(text: string): { readonly metrics: Set<string>; readonly labels: Set<string> } {
  const samples = [...text.matchAll(/^(audit_\w+)\{(.*)\} /gm)];
  return {
    metrics: new Set(samples.map(([, name]) => name ?? "")),
    labels: new Set(
      samples.flatMap(([, , labels]) =>
        [...(labels ?? "").matchAll(/(\w+)="/g)].map(([, label]) => label ?? ""),
      ),
    ),
  };
}

const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const dashboardSchema = z.object({
  schemaVersion: z.number(),
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      targets: z.array(z.object({ expr: z.string() })).optional(),
    }),
  ),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string() })) }),
});

const alerts = rulesSchema.parse(parse(textOf("alerts.yaml"))).groups.flatMap(({ rules }) => rules);
const dashboard = dashboardSchema.parse(JSON.parse(textOf("dashboard.json")));
const alertExpressions = alerts.map(({ expr }) => expr);
const panelExpressions = dashboard.panels.flatMap(({ targets = [] }) =>
  targets.map(({ expr }) => expr),
);

/** Everything in an expression that is called like a metric or label of ours. */
const wordsIn = (expressions: readonly string[]): Set<string> =>
  new Set(expressions.flatMap((text) => text.match(/\baudit_\w+/g) ?? []));

describe("names", () => {
  /** Name that the exporter writes, by metric. */
  async function exposedNames(): Promise<Map<names.Metric, string>> {
    const exposed = namesIn(await exposition());
    const found = new Map<names.Metric, string>();
    for (const metric of METRICS) {
      const stem = metric.name.replaceAll(".", "_");
      const name = [...exposed.metrics].find((one) => one === stem || one === `${stem}_total`);
      if (name !== undefined) found.set(metric, name);
    }
    expect([...found.values()].toSorted()).toEqual([...exposed.metrics].toSorted());
    expect(exposed.labels).toContain(ATTR_HEALTH_STATE.replaceAll(".", "_"));
    return found;
  }

  test("every metric is exported, and is in the dashboard", async () => {
    const exposed = await exposedNames();
    expect([...exposed.keys()].map(({ name }) => name)).toEqual(METRICS.map(({ name }) => name));
    const shown = wordsIn(panelExpressions);
    expect([...exposed.values()].filter((name) => !shown.has(name))).toEqual([]);
  });

  test("alerts and dashboard name no metric and no label that is not there", async () => {
    const known = new Set([ATTR_HEALTH_STATE.replaceAll(".", "_")]);
    for (const [{ unit }, name] of await exposedNames()) {
      known.add(name);
      known.add(name + (UNIT_SUFFIXES[unit] ?? ""));
    }
    const used = [...wordsIn([...alertExpressions, ...panelExpressions])];
    expect(used.filter((word) => !known.has(word))).toEqual([]);
  });

  test("a metric with a unit is asked for by both of its names", async () => {
    const exposed = await exposedNames();
    const withUnit = [...exposed].filter(([{ unit }]) => unit in UNIT_SUFFIXES);
    expect(withUnit).not.toEqual([]);
    for (const [{ unit }, name] of withUnit) {
      const suffixed = name + (UNIT_SUFFIXES[unit] ?? "");
      for (const expression of [...alertExpressions, ...panelExpressions]) {
        const words = wordsIn([expression]);
        expect([expression, words.has(suffixed)]).toEqual([expression, words.has(name)]);
      }
    }
  });

  test("docs/monitoring.md lists every metric with its unit, and every alert", () => {
    const text = readFileSync(join(root, "docs/monitoring.md"), "utf8");
    const rows = text.split("\n").map((line) => line.split(/\s*\|\s*/));
    for (const { name, unit } of METRICS) {
      const row = rows.find(([, first]) => first === `\`${name}\``);
      expect([name, row?.[3]]).toEqual([name, `\`${unit}\``]);
    }
    expect(alerts.filter(({ alert }) => !text.includes(`\`${alert}\``))).toEqual([]);
  });
});

test("the dashboard's data source is a variable, and its panels have ids of their own", () => {
  const text = textOf("dashboard.json");
  const sources = [...text.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid);
  expect(new Set(sources)).toEqual(new Set(["${datasource}", "otel-audit"]));
  expect(dashboard.templating.list.map(({ name }) => name)).toEqual([
    "datasource",
    "job",
    "instance",
  ]);
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("the example serves the metrics of its audit trail", async () => {
  const [port = 0] = await freePorts(1);
  const server = await startProgram("examples/existing-otel/server.ts", {
    nodeArgs: ["--import", "otel-audit/register", "--import", `./${example}/telemetry.ts`],
    env: {
      PORT: "0",
      AUDIT_LOG_DIR: temporaryDirectory(),
      METRICS_PORT: String(port),
    },
    ready: /listening on (127\.0\.0\.1:\d+)/,
  });
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  // Shipping is off.
  const isExported = ({ name }: names.Metric): boolean => !/backlog|last_success/.test(name);
  expect(namesIn(text).metrics.size).toBe(METRICS.filter(isExported).length);
  expect(text).toMatch(/^audit_health_status\{.*audit_health_state="green".*\} 1$/m);
  expect(text).toMatch(/^audit_record_written_total\{.*\} 1$/m);
  expect(await server.end("SIGTERM")).toBe(0);
});

describe("promtool", () => {
  const why = whyNoPromtool();
  if (why !== undefined) console.warn(`test/examples/monitoring.test.ts: ${why}`);

  test.skipIf(why !== undefined)(
    "takes configuration and rules, and every alert fires when it should",
    { timeout: PROMTOOL_BUILD_TIMEOUT_MILLIS },
    async () => {
      await promtool("check", "config", fileOf("prometheus.yml"));
      await promtool("check", "rules", "--lint=all", "--lint-fatal", fileOf("alerts.yaml"));
      await promtool("test", "rules", fileOf("alerts.test.yaml"));
      const fired = textOf("alerts.test.yaml").matchAll(
        /alertname: (\w+)\n *eval_time: .*\n *exp_alerts:/g,
      );
      expect(new Set([...fired].map(([, name]) => name))).toEqual(
        new Set(alerts.map(({ alert }) => alert)),
      );
    },
  );

  test.skipIf(why !== undefined)(
    "takes the queries of the dashboard",
    { timeout: PROMTOOL_BUILD_TIMEOUT_MILLIS },
    async () => {
      const rules = panelExpressions.map((text, at) => ({
        record: `panel:${at}`,
        expr: text.replaceAll(/\$__\w+/g, "5m").replaceAll(/\$\w+/g, ".*"),
      }));
      const file = join(temporaryDirectory(), "panels.yaml");
      writeFileSync(file, stringify({ groups: [{ name: "panels", rules }] }));
      await promtool("check", "rules", file);
    },
  );
});
