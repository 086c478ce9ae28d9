/** What cannot be known is taken as right: no value of a right configuration becomes a finding by being a variable. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfigFiles, validateConfig } from "../../../src/collector/index.ts";
import type { Located } from "../../../src/collector/validate/located.ts";

const right = join(import.meta.dirname, "right");

/** Every path to a value. */
function* paths(node: Located, above: readonly string[] = []): Generator<readonly string[]> {
  if (above.length > 0) yield above;
  if (node.kind === "map") {
    for (const [name, { value }] of node.entries) yield* paths(value, [...above, name]);
  }
  if (node.kind === "list") {
    for (const [at, item] of node.items.entries()) yield* paths(item, [...above, String(at)]);
  }
}

/** The same with a variable at a path. */
function withVariable(node: Located, [name, ...below]: readonly string[]): Located {
  if (name === undefined) {
    return { kind: "scalar", place: node.place, value: "${env:ANY}", source: "${env:ANY}" };
  }
  if (node.kind === "map") {
    const entries = new Map(node.entries);
    const entry = entries.get(name);
    if (entry !== undefined) {
      entries.set(name, { key: entry.key, value: withVariable(entry.value, below) });
    }
    return { ...node, entries };
  }
  if (node.kind !== "list") return node;
  const items = node.items.map((item, at) =>
    String(at) === name ? withVariable(item, below) : item,
  );
  return { ...node, items };
}

/** Whether a hop is one can be known only from both of its ends. */
const HOP_ENDS =
  /^exporters( otlp_grpc\/spool( endpoint)?)?$|receivers otlp\/spool( protocols| protocols grpc| protocols grpc endpoint)?$/;

describe.each(readdirSync(right))("%s", (name) => {
  const [root] = loadConfigFiles([join(right, name)]);
  if (root === undefined) throw new Error("no configuration");
  test("any one value", () => {
    const found = [...paths(root)]
      .filter((path) => !HOP_ENDS.test(path.join(" ")))
      .flatMap((path) =>
        validateConfig([withVariable(root, path)]).map(({ code, message }) =>
          [path.join(" "), code, message].join(": "),
        ),
      );
    expect(found).toEqual([]);
  });
});
