/** The overlays that docs/collector-five-minutes.md gives a Collector behind what `render --merge` writes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadConfigFiles, renderMergeOverlay, validateConfig } from "../../src/collector/index.ts";
import { CONFIG_DIR } from "./collector-process.ts";

const root = mkdtempSync(path.join(tmpdir(), "otel-audit-sinks-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function fileWith(name: string, text: string): string {
  const file = path.join(root, `${name}.yaml`);
  writeFileSync(file, text);
  return file;
}

const page = readFileSync(path.join(CONFIG_DIR, "../docs/collector-five-minutes.md"), "utf8");
const [, list = ""] = /that adds a sink \(([^)]*)\)/.exec(page) ?? [];
const sinks = [...list.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
const [, old = "", own = ""] = /sed 's\|(\S+)\|(\S+)\|'/.exec(page) ?? [];

const ours = readFileSync(path.join(CONFIG_DIR, "config.yaml"), "utf8");
const { text } = renderMergeOverlay(ours, { policy: undefined, file: "config.yaml", host: [] });
// Ours is all there is here, so that every pipeline is looked at.
const trail = fileWith(
  "trail",
  text.replace(
    "\nservice:\n",
    `
service:
  extensions: [text_encoding/audit_csv, ${own}]
`,
  ),
);

/** What stands in the way of a start, or loses records. */
function errorsWith(sink: string): readonly string[] {
  return validateConfig(loadConfigFiles([trail, sink]))
    .filter(({ severity }) => severity === "error")
    .map(({ code, component }) => `${code} ${component}`);
}

const overlay = (name: string): string =>
  readFileSync(path.join(CONFIG_DIR, "overlays", `${name}.yaml`), "utf8");

it("are some", () => expect(sinks).toContain("otlp"));

it.each(sinks)("%s works, once its queue is called as it is here", (name) => {
  const changed = overlay(name).replaceAll(old, own);
  // They hang off what every sink listens to, and touch nothing else.
  const used = [...changed.matchAll(/\breceivers: (.*)$/gm)].map(([, receivers]) => receivers);
  expect(used).toEqual(["[forward/audit]"]);
  expect(errorsWith(fileWith(name, changed))).toEqual([]);
});

it("one that was not changed is noticed", () => {
  expect(errorsWith(fileWith("as-it-is", overlay("otlp")))).toEqual([
    "component_undefined exporters.otlp_http/backend",
  ]);
});
