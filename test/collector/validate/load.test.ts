/** What files say, with places: reading, merging, variables. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfigFiles, validateConfig } from "../../../src/collector/index.ts";
import { expand } from "../../../src/collector/validate/expand.ts";
import { configOfText } from "../../../src/collector/validate/load-config.ts";
import { get, type Located, secondsOf } from "../../../src/collector/validate/located.ts";
import { merge } from "../../../src/collector/validate/merge.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** The value alone; what is unknown is the text that asks for it. */
function plain(node: Located | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === "map") {
    return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
  }
  if (node.kind === "list") return node.items.map(plain);
  return node.kind === "unknown" ? { unknown: node.source } : node.value;
}

describe("reading", () => {
  test("values with their places", () => {
    const root = configOfText("# c\na:\n  b: [x, 7]\n  c:\n", "f.yaml");
    expect(plain(root)).toEqual({ a: { b: ["x", 7], c: null } });
    expect(get(root, "a", "b")?.place).toEqual({ file: "f.yaml", line: 3, column: 6 });
  });
  test.each([
    ["an anchor", "a: &x { k: 1 }\nb: *x\n", { a: { k: 1 }, b: { k: 1 } }],
    [
      "a merge key",
      "a: &x { k: 1, l: 2 }\nb:\n  <<: *x\n  l: 3\n",
      { a: { k: 1, l: 2 }, b: { k: 1, l: 3 } },
    ],
    [
      "several merge keys",
      "a: &x { k: 1 }\nc: &y { k: 2, m: 3 }\nb:\n  <<: [*x, *y]\n",
      { a: { k: 1 }, c: { k: 2, m: 3 }, b: { k: 1, m: 3 } },
    ],
    ["nothing", "", {}],
    ["a comment", "# nothing\n", {}],
    ["words that older YAML takes for booleans", "a: yes\nb: on\n", { a: "yes", b: "on" }],
  ])("%s", (_name, text, value) => expect(plain(configOfText(text, "f"))).toEqual(value));

  test.each([
    ["no YAML", "a: [1\nb: 2\n", /^f\.yaml:2:1: /],
    ["a key twice", "a: 1\na: 2\n", /^f\.yaml:2:1: Map keys must be unique/],
    ["a list", "- a\n", /^f\.yaml:1:1: a configuration is a map/],
    ["a text", "hello", /^f\.yaml:1:1: a configuration is a map/],
    ["an alias to nothing", "a: *b\n", /^f\.yaml:1:4: nothing before it is called b/],
    ["tabs", "a:\n\tb: 1\n", /^f\.yaml:2:1: /],
    [
      "aliases that grow without end",
      `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(", ")}]`).join("\n")}\n`,
      /more than 500000 values/,
    ],
    ["nesting without end", "[".repeat(20_000), /^f\.yaml/],
  ])("%s is refused", (_name, text, message) => {
    const said: unknown = expect.stringMatching(message);
    expect(() => configOfText(text, "f.yaml")).toThrow(
      expect.objectContaining({ code: "unreadable", message: said }),
    );
  });
  test("a file that is none", () => {
    expect(() => loadConfigFiles([temporaryDirectory()])).toThrow(
      /cannot read the configuration .*no regular file/,
    );
    expect(() => loadConfigFiles(["/nowhere/x.yaml"])).toThrow(
      /cannot read the configuration \/nowhere/,
    );
  });
});

describe("merging", () => {
  const merged = (...texts: readonly string[]): Located =>
    texts.map((text, at) => configOfText(text, `${at}.yaml`)).reduce(merge);

  test.each([
    ["maps key by key", ["a: { b: 1, c: 2 }", "a: { c: 3, d: 4 }"], { a: { b: 1, c: 3, d: 4 } }],
    ["lists are replaced", ["a: [1, 2]", "a: [3]"], { a: [3] }],
    ["null replaces a map", ["a: { b: 1 }", "a:"], { a: null }],
    ["a map replaces null", ["a:", "a: { b: 1 }"], { a: { b: 1 } }],
    ["three", ["a: 1", "a: 2\nb: 1", "a: 3"], { a: 3, b: 1 }],
    ["an empty map changes nothing", ["a: { b: 1 }", "a: {}"], { a: { b: 1 } }],
  ])("%s", (_name, texts, value) => expect(plain(merged(...texts))).toEqual(value));

  test("a value is where it was given", () => {
    const directory = temporaryDirectory();
    const base = join(directory, "base.yaml");
    const overlay = join(directory, "overlay.yaml");
    writeFileSync(
      base,
      `receivers: { otlp: { protocols: { http: } } }
processors:
  memory_limiter: { check_interval: 1s, limit_mib: 100 }
  redaction: { allow_all_keys: true, redact_all_types: true, blocked_values: [x] }
exporters:
  file/audit:
    path: /a
    rotation: { max_days: 0, max_backups: 0, max_megabytes: 1000 }
  file/other:
    path: /b
    rotation: { max_days: 0, max_backups: 3, max_megabytes: 1000 }
service:
  pipelines:
    logs/audit: { receivers: [otlp], processors: [memory_limiter, redaction], exporters: [file/audit, file/other] }
`,
    );
    writeFileSync(
      overlay,
      `exporters:
  file/audit:
    rotation:
      max_days: 7
`,
    );
    const findings = validateConfig(loadConfigFiles([base, overlay]));
    expect(findings.map(({ code, file, line, column }) => [code, file, line, column])).toEqual([
      ["file_deletes_backups", base, 11, 30],
      ["file_deletes_days", overlay, 4, 7],
    ]);
  });
});

describe("variables", () => {
  const expanded = (value: string): unknown =>
    plain(get(expand(configOfText(`a: ${JSON.stringify(value)}`, "f")), "a"));

  test.each([
    ["${env:A:-127.0.0.1:4317}", "127.0.0.1:4317"],
    ["${env:A:-7}", 7],
    ["${env:A:-true}", true],
    ["${env:A:-}", null],
    ["${env:A:-text with spaces}", "text with spaces"],
    ["${env:DIR:-/var/lib}/audit.jsonl", "/var/lib/audit.jsonl"],
    ["${env:A:-1}-${env:B:-2}", "1-2"],
    ["${env:A:-${env:B:-x}}", "x"],
    ["${env:A}", { unknown: "${env:A}" }],
    ["${A}", { unknown: "${A}" }],
    ["x-${env:A}", { unknown: "x-${env:A}" }],
    ["${env:A:-${env:B}}", { unknown: "${env:A:-${env:B}}" }],
    ["${file:/run/secrets/x}", { unknown: "${file:/run/secrets/x}" }],
    ["${yaml:{a: 1}}", { unknown: "${yaml:{a: 1}}" }],
    ["${env:A:-[1, 2]}", { unknown: "${env:A:-[1, 2]}" }],
    ["$${env:A}", "${env:A}"],
    ["a$$b", "a$b"],
    ["^x$$", "^x$"],
    ["$$$$", "$$"],
    ["no variable { } $", "no variable { } $"],
    ["${", "${"],
    ["${}", { unknown: "${}" }],
  ])("%s", (text, value) => expect(expanded(text)).toEqual(value));
});

describe("variables of an environment", () => {
  const env = {
    PORT: "4318",
    HOST: "0.0.0.0",
    EMPTY: "",
    OTHER: "${env:HOST}",
    DOLLARS: "a$&$$b",
    LOOP: "x${env:LOOP}",
  };
  const expanded = (value: string): unknown =>
    plain(get(expand(configOfText(`a: ${JSON.stringify(value)}`, "f"), env), "a"));

  test.each([
    ["${env:PORT:-1}", 4318],
    ["${PORT}", 4318],
    ["${env:HOST:-127.0.0.1}:${env:PORT}", "0.0.0.0:4318"],
    ["${env:EMPTY:-x}", null],
    ["${env:UNSET:-x}", "x"],
    ["${env:UNSET}", null],
    ["${env:UNSET}:4317", ":4317"],
    ["${env:OTHER}", "0.0.0.0"],
    ["<${env:DOLLARS}>", "<a$&$b>"],
    ["${env:LOOP}", { unknown: "${env:LOOP}" }],
    ["${file:/x}", { unknown: "${file:/x}" }],
    ["$${env:PORT}", "${env:PORT}"],
  ])("%s", (text, value) => expect(expanded(text)).toEqual(value));
});

describe("durations", () => {
  test.each([
    ["0s", 0],
    ["0", 0],
    [0, 0],
    ["5m", 300],
    ["1h30m", 5400],
    ["1.5s", 1.5],
    ["100ms", 0.1],
    ["soon", undefined],
    [null, 42],
  ])("%s", (value, seconds) => {
    const place = { file: "f", line: 1, column: 1 };
    expect(secondsOf({ kind: "scalar", place, value, source: "" }, 42)).toBe(seconds);
  });
});
