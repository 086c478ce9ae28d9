/**
 * The map of the rooms. A room may import only from the rooms listed for it; change this table when
 * the design changes, not to make a red test green.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { describe, expect, test } from "vitest";

const src = join(import.meta.dirname, "../src");

const BELOW = ["lib", "event", "format", "redact"];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  event: ["lib"],
  format: ["event", "lib"],
  redact: ["format", "event", "lib"],
  otel: ["event", "lib"],
  seal: BELOW,
  journal: [...BELOW, "otel", "seal"],
  record: BELOW,
  capture: [...BELOW, "record"],
  deliver: [...BELOW, "otel", "journal"],
  read: [...BELOW, "seal"],
  verify: [...BELOW, "seal", "read"],
  report: [...BELOW, "seal", "read", "verify"],
  // The doctor makes a record, and reads it back where it arrived.
  collector: [...BELOW, "otel", "read", "seal"],
  // The AuditLogger gets its summary from the read side: setup alone may compose both.
  setup: [...BELOW, "otel", "seal", "journal", "record", "capture", "deliver", "read"],
  processors: [...BELOW, "otel", "seal", "journal", "setup"],
  testing: [...BELOW, "journal", "record", "capture", "setup"],
  cli: [
    ...BELOW,
    "otel",
    "seal",
    "capture",
    "collector",
    "deliver",
    "read",
    "report",
    "verify",
    "setup",
  ],
};
/** Files that stand in no room, and what they may import beside `lib`. */
const FRONT_DOORS: Readonly<Record<string, readonly string[]>> = {
  "index.ts": ["event", "record", "capture", "redact", "setup"],
  "read.ts": ["event", "format", "read"],
  "register.ts": ["setup"],
};

interface Import {
  readonly file: string;
  /** Path below src, or the name of a package. */
  readonly target: string;
  readonly isType: boolean;
}

/** Every import and re-export of a source text. */
function importsIn(file: string, text: string): Import[] {
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  return [...statements].map(([, type, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? "";
    const target = specifier.startsWith(".")
      ? normalize(join(dirname(file), specifier))
          .split(sep)
          .join("/")
      : specifier;
    return { file, target, isType: type !== undefined || dynamic !== undefined };
  });
}

const roomOf = (path: string): string => (path.includes("/") ? (path.split("/")[0] ?? "") : "");

/** Imports that the map does not allow. */
function strayImports(imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, target }) => {
    if (!target.endsWith(".ts")) return [];
    const from = roomOf(file);
    const to = roomOf(target);
    const allowed =
      from === "" ? ["lib", ...(FRONT_DOORS[file] ?? [])] : [from, ...(MAY_IMPORT[from] ?? [])];
    return allowed.includes(to) ? [] : [`${file} -> ${target}`];
  });
}

/** Imports that enter a room by another way than its index.ts. */
function sideDoors(imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, target }) => {
    const to = roomOf(target);
    const isOpen =
      !target.endsWith(".ts") ||
      to === "" ||
      to === "lib" ||
      to === roomOf(file) ||
      target === `${to}/index.ts` ||
      // What runs in a browser too has a door of its own.
      target === `${to}/portable.ts`;
    // setup has no index: it is the composition, and only the front doors, its stand-in and its parts use it.
    return isOpen || (to === "setup" && ["", "cli", "processors", "testing"].includes(roomOf(file)))
      ? []
      : [`${file} -> ${target}`];
  });
}

/** Packages where they must not be. */
function forbiddenPackages(imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, target, isType }) => {
    const isBad =
      (target.startsWith("@grpc/") && !isType) ||
      (target === "@opentelemetry/sdk-logs" &&
        !isType &&
        !/-processor\.ts$|^deliver\/|^setup\/|^testing\//.test(file));
    return isBad ? [`${file} -> ${target}`] : [];
  });
}

const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({
    file: file.split(sep).join("/"),
    text: readFileSync(join(src, file), "utf8"),
  }));
const imports = sources.flatMap(({ file, text }) => importsIn(file, text));

describe("the sources", () => {
  test("every folder is a room of the map", () => {
    const rooms = new Set(sources.map(({ file }) => roomOf(file)).filter((room) => room !== ""));
    expect([...rooms].toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
  });
  test("a room imports only the rooms below it", () => expect(strayImports(imports)).toEqual([]));
  test("a room is entered by its index.ts", () => expect(sideDoors(imports)).toEqual([]));
  test("no grpc-js at run time, no logs SDK where it is not due", () =>
    expect(forbiddenPackages(imports)).toEqual([]));
  test("no room re-exports everything, none exports a default", () => {
    const offenders = sources
      .filter(({ text }) => /^export \*|^export default/m.test(text))
      .map(({ file }) => file);
    expect(offenders).toEqual([]);
  });
  test("only setup/options, register and cli read the environment or end the process", () => {
    const offenders = sources
      .filter(
        ({ file, text }) =>
          /process\.env|process\.exit\b|\bconsole\./.test(text) &&
          !/^cli\/|^setup\/options\.ts$|^register\.ts$/.test(file),
      )
      .map(({ file }) => file);
    expect(offenders).toEqual([]);
  });
  test("attribute names stand in one file", () => {
    const offenders = sources
      .filter(
        ({ file, text }) =>
          file !== "event/attributes.ts" &&
          file !== "setup/metric-names.ts" &&
          /"audit\.(record|actor|target|source|call|sequence|schema|integrity|redaction|authorization|snapshot)\./.test(
            text,
          ),
      )
      .map(({ file }) => file);
    expect(offenders).toEqual([]);
  });
  test("metric names stand in one file", () => {
    const offenders = sources
      .filter(
        ({ file, text }) =>
          file !== "setup/metric-names.ts" && /"audit\.(backlog|health|shipping)\./.test(text),
      )
      .map(({ file }) => file);
    expect(offenders).toEqual([]);
  });
});

describe("the checks themselves go red", () => {
  const planted = (file: string, text: string): Import[] => importsIn(file, text);
  test.each([
    ["format/x.ts", 'import { a } from "../journal/index.ts";'],
    ["read/x.ts", 'import { a } from "../deliver/index.ts";'],
    ["journal/x.ts", 'export { a } from "../read/index.ts";'],
    ["index.ts", 'import {\n  a,\n} from "./journal/index.ts";'],
  ])("stray import in %s", (file, text) =>
    expect(strayImports(planted(file, text))).toHaveLength(1),
  );
  test("side door", () =>
    expect(
      sideDoors(planted("record/x.ts", 'import { a } from "../event/change.ts";')),
    ).toHaveLength(1));
  test.each([
    ["capture/x.ts", 'import * as grpc from "@grpc/grpc-js";'],
    ["read/x.ts", 'import { LoggerProvider } from "@opentelemetry/sdk-logs";'],
  ])("forbidden package in %s", (file, text) =>
    expect(forbiddenPackages(planted(file, text))).toHaveLength(1),
  );
});
