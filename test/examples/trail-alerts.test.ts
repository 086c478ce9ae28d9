/** The alerts on the counts of the Collector: they know the counts that there are, and fire when they should. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { promtool, PROMTOOL_BUILD_TIMEOUT_MILLIS, whyNoPromtool } from "../support/promtool.ts";

const ROOT = join(import.meta.dirname, "../..");
const fileOf = (name: string): string => join(ROOT, "examples/monitoring", name);
const textOf = (file: string): string => readFileSync(file, "utf8");

const named = z.record(z.string(), z.unknown());
const overlay = z
  .object({ connectors: z.record(z.string(), z.object({ logs: named })) })
  .parse(parse(textOf(join(ROOT, "collector-config/overlays/alerts.yaml"))));
const counts = Object.values(overlay.connectors)
  .flatMap(({ logs }) => Object.keys(logs))
  .map((name) => `${name.replaceAll(".", "_")}_total`);
const rules = textOf(fileOf("trail-alerts.yaml"));
const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name);

test("every count of the overlay has an alert, and no alert asks for another", () => {
  const asked = rules.match(/\baudit_trail_\w+/g) ?? [];
  expect([...new Set(asked)].toSorted()).toEqual(counts.toSorted());
});

test("the list of the README has every file of the example", () => {
  const readme = textOf(fileOf("README.md"));
  for (const file of ["trail-alerts.yaml", "trail-alerts.test.yaml"])
    expect(readme).toContain(`| \`${file}\``);
});

const why = whyNoPromtool();
if (why !== undefined) console.warn(`test/examples/trail-alerts.test.ts: ${why}`);

test.skipIf(why !== undefined)(
  "promtool takes the rules, and every alert fires when it should",
  { timeout: PROMTOOL_BUILD_TIMEOUT_MILLIS },
  async () => {
    await promtool("check", "rules", "--lint=all", "--lint-fatal", fileOf("trail-alerts.yaml"));
    await promtool("test", "rules", fileOf("trail-alerts.test.yaml"));
    const fired = textOf(fileOf("trail-alerts.test.yaml")).matchAll(
      /alertname: (\w+)\n *eval_time: .*\n *exp_alerts:/g,
    );
    expect(new Set([...fired].map(([, name]) => name))).toEqual(new Set(alerts));
  },
);
