/** `otel-audit collector validate` as people run it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { runPrepared } from "../support/prepared-command.ts";

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(cwd: string, ...args: readonly string[]): Result {
  const { FORCE_COLOR: _color, ...inherited } = process.env;
  const env = { ...inherited, NODE_OPTIONS: "" };
  return runPrepared(["collector", "validate", ...args], { cwd, env });
}

/** A directory with these files. */
function files(texts: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(directory, name), text);
  return directory;
}

const CONFIG = `receivers:
  otlp:
    protocols:
      http:
processors:
  memory_limiter: { check_interval: 1s, limit_mib: 100 }
  redaction: { allow_all_keys: true, redact_all_types: true, blocked_values: [x] }
exporters:
  file/audit:
    path: /data/audit.jsonl
    rotation: { max_megabytes: 1000, max_days: 0, max_backups: 0 }
service:
  pipelines:
    logs/audit:
      receivers: [otlp]
      processors: [memory_limiter, redaction]
      exporters: [file/audit]
`;
const WARNING = `exporters:
  debug: { verbosity: detailed }
service:
  pipelines:
    logs/audit:
      exporters: [file/audit, debug]
`;
const ERROR = `receivers:
  otlp:
    protocols:
      http:
        endpoint: 0.0.0.0:4318
`;

const directory = (more: Readonly<Record<string, string>> = {}): string =>
  files({ "config.yaml": CONFIG, "warning.yaml": WARNING, "error.yaml": ERROR, ...more });

describe("exit", () => {
  test("0: nothing found", () => {
    expect(run(directory(), "config.yaml")).toEqual({
      code: 0,
      out: "",
      err: "otel-audit: config.yaml: no errors, no warnings\n",
    });
  });
  test("0 with warnings, 1 when they count", () => {
    const cwd = directory();
    const lenient = run(cwd, "config.yaml", "warning.yaml");
    expect(lenient).toMatchObject({
      code: 0,
      err: "otel-audit: config.yaml, warning.yaml: no errors, 1 warning\n",
    });
    expect(lenient.out).toMatch(/^warning\.yaml:2:12 warning debug_detailed exporters\.debug: /);
    expect(run(cwd, "--strict", "config.yaml", "warning.yaml").code).toBe(1);
    expect(
      run(cwd, "--strict", "--ignore", "debug_detailed", "config.yaml", "warning.yaml"),
    ).toMatchObject({ code: 0, out: "" });
  });
  test("1: the place, what stands there, why, and what to write instead", () => {
    expect(run(directory(), "config.yaml", "error.yaml")).toEqual({
      code: 1,
      out: `${[
        "error.yaml:5:9 error listener_open receivers.otlp: listens on 0.0.0.0, port 4318, without tls and authentication",
        "  every host that reaches this machine may write records that look like audit records, and see those of others on the way",
        "  write instead: 127.0.0.1, or tls with auth (or with client_ca_file) for the network",
      ].join("\n")}\n`,
      err: "otel-audit: config.yaml, error.yaml: 1 error, no warnings\n",
    });
  });
  test.each([
    [
      ["config.yaml", "--pipeline", "logs/adit"],
      /there is no pipeline of logs "logs\/adit"; did you mean logs\/audit\?/,
    ],
    [
      ["config.yaml", "--ignore", "file_truncate"],
      /there is no code "file_truncate"; did you mean file_truncates\?/,
    ],
    [["config.yaml", "-o", "xml"], /Allowed choices are text, json/],
    [[], /missing required argument 'file'/],
  ])("2: %j", (args, message) => {
    const result = run(directory(), ...args);
    expect(result).toMatchObject({ code: 2, out: "" });
    expect(result.err).toMatch(message);
  });
  test.each([
    ["broken.yaml", /^otel-audit: broken\.yaml:3:1: /],
    ["nowhere.yaml", /^otel-audit: cannot read the configuration nowhere\.yaml: ENOENT/],
    [".", /^otel-audit: cannot read the configuration \.: /],
  ])("3: %s", (file, message) => {
    const result = run(directory({ "broken.yaml": "a:\n  - [1\nb: 2\n" }), "config.yaml", file);
    expect(result).toMatchObject({ code: 3, out: "" });
    expect(result.err).toMatch(message);
  });
});

describe("as JSON", () => {
  test("a list of findings", () => {
    const result = run(directory(), "config.yaml", "error.yaml", "-o", "json");
    expect(result).toMatchObject({ code: 1, err: "" });
    const text: unknown = expect.stringMatching(/\w/);
    expect(JSON.parse(result.out)).toEqual([
      {
        code: "listener_open",
        severity: "error",
        component: "receivers.otlp",
        file: "error.yaml",
        line: 5,
        column: 9,
        message: "listens on 0.0.0.0, port 4318, without tls and authentication",
        why: text,
        instead: text,
      },
    ]);
  });
  test("an empty list", () => {
    expect(run(directory(), "config.yaml", "-o", "json")).toEqual({
      code: 0,
      out: "[]\n",
      err: "",
    });
  });
});

describe("pipelines", () => {
  const OTHERS = `receivers:
  otlp:
    protocols:
      http:
processors:
  redaction: { allow_all_keys: true, redact_all_types: true, blocked_values: [x] }
  memory_limiter: { check_interval: 1s, limit_mib: 100 }
  batch:
exporters:
  file/one: { path: /one, rotation: { max_megabytes: 1000, max_backups: 0 } }
  file/two: { path: /two }
connectors:
  forward/in:
service:
  pipelines:
    traces/PLACE:
      receivers: [otlp]
      processors: [batch]
      exporters: [file/two]
    logs:
      receivers: [otlp]
      processors: [memory_limiter, redaction]
      exporters: [forward/in]
    logs/PLACE:
      receivers: [forward/in]
      exporters: [file/one]
    logs/other:
      receivers: [otlp]
      processors: [batch]
      exporters: [file/two]
`;
  const found = (text: string, ...args: readonly string[]): readonly string[] => {
    const { out } = run(files({ "c.yaml": text }), "c.yaml", "-o", "json", ...args);
    return (JSON.parse(out) as { code: string }[]).map(({ code }) => code).toSorted();
  };
  const WRONG = [
    "batch_acks_early",
    "file_truncates",
    "memory_limiter_missing",
    "unredacted_exporter",
  ];

  test("those that speak of audit, what leads there, and what gets the same", () => {
    expect(found(OTHERS.replaceAll("PLACE", "audit"))).toEqual(WRONG);
  });
  test("all of logs where none does", () => {
    expect(found(OTHERS.replaceAll("PLACE", "one"))).toEqual(WRONG);
  });
  test("those that are named, and no other", () => {
    const text = OTHERS.replaceAll("PLACE", "one");
    expect(found(text, "--pipeline", "logs/one")).toEqual([]);
    expect(found(text, "--pipeline", "logs/other")).toEqual(WRONG);
    expect(found(text, "--pipeline", "logs/one", "--pipeline", "logs/other")).toEqual(WRONG);
  });
});

test("what a file says does not steer the terminal", () => {
  const name = '"file/audit\\e[31m"';
  const text = CONFIG.replaceAll("file/audit", name).replace(/, max_backups: 0/, "");
  const { code, out } = run(files({ "c.yaml": text }), "c.yaml");
  expect(code).toBe(1);
  expect(out).toContain("exporters.file/audit [31m");
  expect(out).not.toContain("\u001B");
});
