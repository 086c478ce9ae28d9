/** Merging and variables, against what the real Collector makes of the same files. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { buildCollector } from "../../../collector-config/build/build.ts";
import { loadConfigFiles } from "../../../src/collector/index.ts";
import { expand } from "../../../src/collector/validate/expand.ts";
import { get, itemsOf, type Located } from "../../../src/collector/validate/located.ts";
import { merge } from "../../../src/collector/validate/merge.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { BUILD_TIMEOUT_MILLIS, whyNoCollector } from "../collector-process.ts";

const reason = whyNoCollector();

/** Texts go through a setting that takes any: allowed_origins of the receiver. */
const PATH = ["receivers", "otlp", "protocols", "http"] as const;
const BASE = {
  receivers: { otlp: { protocols: { http: { cors: { allowed_origins: ["base"], max_age: 7 } } } } },
  exporters: { debug: { sampling_initial: 5, sampling_thereafter: 6 } },
  service: {
    telemetry: { metrics: { level: "none" } },
    pipelines: { logs: { receivers: ["otlp"], exporters: ["debug"] } },
  },
};
const origins = (list: readonly string[] | null): object => ({
  receivers: { otlp: { protocols: { http: { cors: { allowed_origins: list } } } } },
});

const http = z.object({
  cors: z
    .object({ allowed_origins: z.array(z.string()).nullable(), max_age: z.number() })
    .nullable(),
});
const resolved = z.object({
  receivers: z.object({ otlp: z.object({ protocols: z.object({ http }) }) }),
  exporters: z.object({
    debug: z.object({ sampling_initial: z.number(), sampling_thereafter: z.number() }),
  }),
});

interface Seen {
  readonly origins: readonly string[];
  readonly maxAge: number;
  readonly initial: number;
  readonly thereafter: number;
}

function ours(root: Located): Seen {
  const cors = get(root, ...PATH, "cors");
  const value = (node: Located | undefined, byDefault: number): number =>
    node?.kind === "scalar" && typeof node.value === "number" ? node.value : byDefault;
  return {
    origins: itemsOf(get(cors, "allowed_origins")).map((item) =>
      item.kind === "scalar" ? String(item.value ?? "") : item.kind,
    ),
    maxAge: value(get(cors, "max_age"), 0),
    // The exporter's defaults.
    initial: value(get(root, "exporters", "debug", "sampling_initial"), 2),
    thereafter: value(get(root, "exporters", "debug", "sampling_thereafter"), 1),
  };
}

describe.skipIf(reason !== undefined)(`as the real Collector: ${reason ?? ""}`, () => {
  let collector: string;
  beforeAll(async () => {
    collector = await buildCollector();
  }, BUILD_TIMEOUT_MILLIS);

  function theirs(files: readonly string[]): Seen {
    const configs = files.flatMap((file) => ["--config", file]);
    const { stdout, stderr } = spawnSync(
      collector,
      ["print-config", "--mode=unredacted", "--format=json", "--validate=false", ...configs],
      { encoding: "utf8", env: {}, timeout: 180_000 },
    );
    expect(stderr).toBe("");
    const { receivers, exporters } = resolved.parse(JSON.parse(stdout));
    const { cors } = receivers.otlp.protocols.http;
    return {
      origins: cors?.allowed_origins ?? [],
      maxAge: cors?.max_age ?? 0,
      initial: exporters.debug.sampling_initial,
      thereafter: exporters.debug.sampling_thereafter,
    };
  }

  test.each([
    ["one file", []],
    ["a list is replaced", [origins(["a", "b"])]],
    ["the last list wins", [origins(["a"]), origins(["b"])]],
    ["an empty map changes nothing", [{ receivers: { otlp: {} } }]],
    ["null takes a component back to its defaults", [{ exporters: { debug: null } }]],
    [
      "a number is replaced, its neighbour stays",
      [{ exporters: { debug: { sampling_initial: 9 } } }],
    ],
    [
      "what a later file gives after null",
      [{ exporters: { debug: null } }, { exporters: { debug: { sampling_initial: 9 } } }],
    ],
    [
      "variables",
      [
        origins([
          "${env:A:-x}",
          "${env:A:-7}",
          "${env:A:-}",
          "p-${env:A:-x}-${env:B:-y}-${env:A:-x}",
          "${env:A:-${env:B:-z}}",
          "a$$b",
          "^x$$",
          "$$$$",
          "$${env:A}",
          "$$${env:A:-q}",
          "{}",
          "a } b",
        ]),
      ],
    ],
  ])("%s", (_name, overlays) => {
    const directory = temporaryDirectory();
    const files = [BASE, ...overlays].map((document, at) => {
      const file = join(directory, `${at}.yaml`);
      writeFileSync(file, stringify(document));
      return file;
    });
    expect(ours(expand(loadConfigFiles(files).reduce(merge)))).toEqual(theirs(files));
  });
});
