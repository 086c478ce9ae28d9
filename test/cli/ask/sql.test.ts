/** Asking in SQL: what it gives, and that it reaches nothing but the records. */
import { spawnSync } from "node:child_process";
import { open } from "node:fs/promises";
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, watch } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDuckDb } from "../../../src/cli/ask/sql/duckdb.ts";
import { readRows } from "../../../src/cli/ask/sql/rows.ts";
import { parseStatement, select } from "../../../src/cli/ask/sql/statement.ts";
import { encodeJsonLine } from "../../../src/format/index.ts";
import { otelAudit } from "../../support/command-trail.ts";
import type { Ran } from "../../support/prepared-command.ts";
import { DAY_RECORDS, makeDayTrail } from "../../support/day-trail.ts";
import { fullRecord, resultRecord } from "../../support/records.ts";
import { startCommand } from "../../support/running-command.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

function ask(sql: string, ...args: readonly string[]): Ran {
  return otelAudit(["query", "-t", makeDayTrail(), "--sql", sql, ...args]);
}

const COUNT = "select actor_id, count(*) as n from records group by all order by n desc, 1";

describe("the result", () => {
  test.each([
    ["jsonl", ['{"actor_id":"ann","n":4}', '{"actor_id":"bob","n":3}', '{"actor_id":null,"n":1}']],
    ["csv", ["actor_id,n", "ann,4", "bob,3", ",1"]],
    ["markdown", ["| actor\\_id | n |", "| --- | --- |", "| ann | 4 |", "| bob | 3 |", "|  | 1 |"]],
    ["table", ["actor_id  n", "ann       4", "bob       3", "          1"]],
  ])("as %s", (format, lines) => {
    const { code, out, err } = ask(COUNT, "-o", format);
    expect({ code, out, err }).toEqual({ code: 0, out: `${lines.join("\n")}\n`, err: "" });
  });

  test("as JSON has every kind of value as it is", () => {
    const sql = `select "timestamp", details, attributes, sequence, duration_ms, [1, 2] as list,
      { 'a': 1 } as map, null as nothing, 9007199254740993 as large, impact, category, actor_role,
      date '2026-01-02' as day, true as yes, 1.50::decimal(5, 2) as sum, 'nan'::double as no_number
      from records where record_id = 'AbCdEfGhIjKlMnOp.7'`;
    const { code, out } = ask(sql, "-o", "json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([
      {
        timestamp: "2026-05-27T14:30:00.123456Z",
        details: {
          before: { rate: 0.1 },
          after: { rate: 0.2, note: "é “x”" },
          list: [1, null, { a: true }],
        },
        attributes: expect.objectContaining({
          "audit.redaction.rules": ["key:password", "email"],
        }) as object,
        sequence: 7,
        duration_ms: 1.25,
        list: [1, 2],
        map: { a: 1 },
        nothing: null,
        large: "9007199254740993",
        impact: "high",
        category: "training",
        actor_role: null,
        day: "2026-01-02",
        yes: true,
        sum: "1.50",
        no_number: "NaN",
      },
    ]);
  });

  test("names that stand twice do not hide each other", () => {
    expect(ask("select 1 as a, 2 as a", "-o", "jsonl").out).toBe('{"a":1,"a:1":2}\n');
  });

  test("days and times are those of the zone, in files of UTC", () => {
    const sql = `select "timestamp", strftime("timestamp", '%d %H:%M') as local from records
      where sequence = 2 and actor_id = 'bob'`;
    const zone = ["--timezone", "Europe/Berlin"];
    expect(ask(sql, "-o", "csv", ...zone).out).toBe(
      "timestamp,local\n2026-05-25T22:30:00.999999Z,26 00:30\n",
    );
    expect(ask(sql, ...zone).out).toContain("2026-05-26 00:30:00.999 +02:00");
  });

  test("what would be a formula is none, what would steer a terminal is blank, mark-up is text", () => {
    const sql = "select '=1+1' as \"@x\", chr(27) || '[31m' as e, '<b>|' as m";
    expect(ask(sql, "-o", "csv").out).toBe("'@x,e,m\n'=1+1,\u001b[31m,<b>|\n");
    expect(ask(sql).out).not.toContain("\u001b");
    expect(ask(sql, "-o", "markdown").out).toContain("| =1\\+1 |");
    expect(ask(sql, "-o", "markdown").out).toContain("&lt;b\\>\\|");
  });

  test("a limit is said", () => {
    const { code, out, err } = ask("select * from range(250)");
    expect({ code, lines: out.trimEnd().split("\n").length, err }).toEqual({
      code: 0,
      lines: 101,
      err: "otel-audit: 100 of 250 rows shown: --limit 250 shows all of them\n",
    });
    expect(ask("select * from range(250)", "-o", "csv").out.trimEnd().split("\n")).toHaveLength(
      251,
    );
  });

  test("nothing found", () => {
    const { code, out, err } = ask("select * from records where false");
    expect({ code, out, err }).toEqual({ code: 1, out: "", err: "otel-audit: nothing found\n" });
    expect(ask("select * from records where false", "-o", "json").out).toBe("[]\n");
  });
});

describe("the records", () => {
  const ids = (...args: readonly string[]): readonly string[] => {
    const { out } = ask("select record_id from records order by all", "-o", "csv", ...args);
    return out.trimEnd().split("\n").slice(1);
  };

  test("are the actions, each once, those of an unfinished call too", () => {
    expect(ids()).toEqual([
      "AbCdEfGhIjKlMnOp.7",
      ...[1, 2, 3, 4, 5, 6].map((at) => `DayStreamAAAAAAA.${at}`),
      "IntentStreamAAAA.1",
    ]);
    expect(ids("-t", makeDayTrail())).toHaveLength(8);
  });
  test("are those that the terms match", () => {
    expect(ids("actor:bob", "--since", "2026-05-26")).toEqual([
      "DayStreamAAAAAAA.4",
      "DayStreamAAAAAAA.6",
    ]);
  });
  test("are of every kind where that is asked", () =>
    expect(ids("kind:*")).toHaveLength(DAY_RECORDS.length));
  test("are none, and can be asked all the same", () => expect(ids("actor:nobody")).toEqual([]));

  test("one with a time that is none costs no other", () => {
    const odd = encodeJsonLine(
      resultRecord("OddStreamAAAAAAA", 9007199254740991, {
        "audit.time": "nonsense",
        "audit.reason": "\ud800",
      }),
    );
    const trail = makeDayTrail([odd, "no record"]);
    const { code, out, err } = otelAudit([
      "query",
      "-t",
      trail,
      "-o",
      "csv",
      "--sql",
      'select count(*), count("timestamp"), count(sequence) from records',
    ]);
    expect({ code, out: out.split("\n")[1] }).toEqual({ code: 4, out: "8,8,8" });
    expect(err).toMatch(/1\.jsonl:10: /);
    expect(err).toMatch(/1\.jsonl:11: /);
  });
});

describe("nothing else can be reached", () => {
  const secret = "/etc/hostname";
  test.each([
    ["a file as CSV", `select * from read_csv('${secret}')`],
    ["a file as text", `select * from read_text('${secret}')`],
    ["a file as blob", `select * from read_blob('${secret}')`],
    ["a file as JSON", `select * from read_json('${secret}')`],
    ["a file as Parquet", `select * from read_parquet('${secret}')`],
    ["a file by its name", `select * from '${secret}'`],
    ["names of files", "select * from glob('/etc/*')"],
    ["a file within a select", `select (select content from read_text('${secret}')) from records`],
    ["a network", "select * from read_csv('https://127.0.0.1:1/x.csv')"],
    ["the environment", "select getenv('HOME')"],
    ["secrets", "select * from duckdb_secrets()"],
  ])("%s", (_, sql) => {
    const { code, out, err } = ask(sql);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/Permission Error|Catalog Error/);
  });

  test.each([
    ["copy out", "copy records to '$/x.csv'"],
    ["copy in", "copy records from '$/in.csv'"],
    ["attach", "attach '$/x.db'"],
    ["export", "export database '$/x'"],
    ["install", "install httpfs"],
    ["load", "load httpfs"],
    ["a setting", "set enable_external_access = true"],
    ["the lock", "set lock_configuration = false"],
    ["a reset", "reset enable_external_access"],
    ["a pragma that sets", "pragma memory_limit = '2GB'"],
    ["a directory", "set temp_directory = '$'"],
    ["a table", "create table x as select 1"],
    ["a macro", "create macro x() as 1"],
    ["a change", "update records set error = ''"],
    ["a deletion", "delete from records"],
    ["two statements", "select 1; copy records to '$/x.csv'"],
    ["two that read", "select 1; select 2"],
    ["none", "  -- only a comment"],
    ["an empty text", ""],
  ])("%s", (_, sql) => {
    const directory = temporaryDirectory();
    const { code, out, err } = ask(sql.replace("$", directory));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^otel-audit: --sql: /);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("what it is made with is gone", () => {
    const own = temporaryDirectory();
    for (const sql of [COUNT, "select nope", "select * from read_text('/etc/hostname')"]) {
      otelAudit(["query", "-t", makeDayTrail(), "--sql", sql], { TMPDIR: own });
      expect(readdirSync(own).filter((name) => name.startsWith("otel-audit"))).toEqual([]);
    }
  });
});

test("that somebody asks is recorded, with the records that it could show", () => {
  const access = join(temporaryDirectory(), "access");
  const env = { XDG_STATE_HOME: temporaryDirectory(), AUDIT_ACCESS_DIR: access };
  otelAudit(["query", "-t", makeDayTrail(), "actor:bob", "--sql", "select nope"], env);
  const { out } = otelAudit(["query", "-t", access, "-o", "jsonl", "action:audit_access"]);
  expect(JSON.parse(out)).toMatchObject({
    details: { scope: "query actor:bob --sql select nope", results_count: 3 },
  });
});

test("what is wrong is said, with the way out", () => {
  const { code, err } = ask("select actor from records");
  expect(code).toBe(2);
  expect(err).toContain('Referenced column "actor" not found');
  expect(err).toContain('docs/sql.md has its columns, or ask "describe records"');
  expect(ask("select error::int from records").err).toMatch(/^otel-audit: --sql: Conversion Error/);
  expect(ask("").err).toContain("--sql: it is empty");
  expect(ask("select 1", "--columns", "actor").err).toContain(
    "--columns and --sql do not go together",
  );
});

/** Resolves with the first event in a directory that somebody waits for. */
function eventIn(directory: string, isIt: (name: string) => boolean): Promise<string> {
  return new Promise((resolve) => {
    const watcher = watch(directory, (_, name) => {
      if (name === null || !isIt(name)) return;
      watcher.close();
      resolve(name);
    });
  });
}

describe("Ctrl-C leaves nothing", () => {
  const endless =
    "select count(*) from range(100000000) a, range(1000000) b where a.range * b.range = 7";

  test.each(["while it reads", "while it computes"])("%s", async (moment) => {
    const own = temporaryDirectory();
    const pipe = join(temporaryDirectory(), "pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    const opened = eventIn(own, (name) => name.startsWith("otel-audit-"));
    const { child, ended } = startCommand(["query", "-t", pipe, "--sql", endless], {
      env: { TMPDIR: own },
    });
    const scratch = join(own, await opened);
    // The table is made when its lines are taken away.
    const loaded = eventIn(
      scratch,
      (name) => name === "records.jsonl" && !existsSync(join(scratch, name)),
    );
    const write = open(pipe, "w");
    if (moment === "while it reads") child.kill("SIGINT");
    const file = await write;
    await file.write(`${encodeJsonLine(fullRecord)}\n`);
    await file.close();
    if (moment === "while it computes") {
      await loaded;
      child.kill("SIGINT");
    }
    const { code, out, err } = await ended;
    expect({ code, out, err }).toEqual({ code: 130, out: "", err: "otel-audit: stopped\n" });
    expect(readdirSync(own).filter((name) => name.startsWith("otel-audit"))).toEqual([]);
  });

  test("of a result that comes: what is cut is never taken for whole", async () => {
    const interrupted = new AbortController();
    const { signal } = interrupted;
    const database = await openDuckDb({ purpose: "--sql", zone: "UTC", signal });
    onTestFinished(() => database.close());
    const sql = "select range from range(20000000)";
    const result = await select(await parseStatement(database.connection, sql));
    const fetch = result.fetchChunk.bind(result);
    result.fetchChunk = async () => {
      const chunk = await fetch();
      interrupted.abort(new Error("Ctrl-C"));
      return chunk;
    };
    await expect(readRows(result, { signal })).rejects.toThrow("Ctrl-C");
  });
});

test.each([
  ["query --sql", ["query", "--sql", "select 1"], "--sql"],
  ["export -o parquet", ["export", "-o", "parquet", "--to", "x.parquet"], "-o parquet"],
])("without DuckDB %s says how to install it", async (_, args, purpose) => {
  const root = temporaryDirectory();
  // The package as somebody installs it, and everything it depends on but DuckDB.
  mkdirSync(join(root, "node_modules"));
  for (const name of readdirSync("node_modules"))
    if (name !== "@duckdb" && !name.startsWith("."))
      symlinkSync(join(process.cwd(), "node_modules", name), join(root, "node_modules", name));
  cpSync("dist", join(root, "dist"), { recursive: true });
  cpSync("package.json", join(root, "package.json"));
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, "dist/cli/main.js"), ...args, "-t", makeDayTrail()],
    { cwd: root, encoding: "utf8" },
  );
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `otel-audit: ${purpose} needs DuckDB, which is not installed: npm install @duckdb/node-api@1.5.4-r.1\n`,
  });
});
