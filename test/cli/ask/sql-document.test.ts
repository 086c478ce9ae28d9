/** docs/sql.md says what there is: its columns, and statements that run. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COLUMNS } from "../../../src/format/index.ts";
import { makeTrail, newRoot, otelAudit, removeRoot } from "../../support/command-trail.ts";
import { makeDayTrail } from "../../support/day-trail.ts";

const document = readFileSync(join(import.meta.dirname, "../../../docs/sql.md"), "utf8");
const manifest = readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8");
const statements = [...document.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql = ""]) => sql);
const root = newRoot();
afterAll(() => removeRoot(root));

let trail = "";
beforeAll(async () => {
  trail = (await makeTrail(root)).directory;
});

test("the columns are those that stand there", () => {
  const { out } = otelAudit([
    "query",
    "-t",
    makeDayTrail(),
    "-o",
    "json",
    "--sql",
    "describe records",
  ]);
  const described = (
    JSON.parse(out) as readonly { column_name: string; column_type: string }[]
  ).map(({ column_name: name, column_type: type }) => [
    name,
    type.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"),
  ]);
  const rows = [...document.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)].map(([, name, type]) => [
    name,
    type,
  ]);
  expect(described).toEqual(rows);
  expect(rows.slice(0, COLUMNS.length).map(([name]) => name)).toEqual(COLUMNS);
});

describe("a statement runs", () => {
  test.each(statements)("%s", (sql) => {
    expect(statements.length).toBeGreaterThan(3);
    for (const directory of [trail, makeDayTrail()]) {
      const { code, err } = otelAudit(["query", "-t", directory, "-o", "json", "--sql", sql]);
      expect(["", "otel-audit: nothing found\n"]).toContain(err);
      expect(code).toBe(err === "" ? 0 : 1);
    }
  });
});

test("the package that it installs is the one that is tested", () => {
  const [, version] = /npm install @duckdb\/node-api@(\S+)/.exec(document) ?? [];
  const { devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(manifest) as {
    readonly devDependencies: Readonly<Record<string, string>>;
    readonly peerDependencies: Readonly<Record<string, string>>;
    readonly peerDependenciesMeta: Readonly<Record<string, unknown>>;
  };
  expect(devDependencies["@duckdb/node-api"]).toBe(version);
  expect(peerDependencies["@duckdb/node-api"]).toBe(version);
  expect(peerDependenciesMeta["@duckdb/node-api"]).toEqual({ optional: true });
});

test("the first command of it runs as it stands", () => {
  const [, command = ""] = /^ {4}otel-audit (query --sql .*)$/m.exec(document) ?? [];
  const { status, stdout } = spawnSync(
    "sh",
    ["-c", `"$0" dist/cli/main.js ${command} -t "$1"`, process.execPath, makeDayTrail()],
    {
      encoding: "utf8",
    },
  );
  expect({ status, stdout: stdout.split("\n")[1] }).toEqual({ status: 0, stdout: "ann       4" });
});
