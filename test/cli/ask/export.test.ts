/** What `otel-audit export` writes, and what it leaves behind when it does not. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { encodeJsonLine } from "../../../src/format/index.ts";
import { otelAudit } from "../../support/command-trail.ts";
import { makeDayTrail } from "../../support/day-trail.ts";
import { resultRecord } from "../../support/records.ts";
import { startCommand } from "../../support/running-command.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const RESULTS = 8;

/** What our reader finds, in some order; UTF-8 has no half characters, so CSV has none. */
function found(path: string, ...terms: readonly string[]): readonly string[] {
  const { out, err } = otelAudit(["query", "-t", path, "-o", "jsonl", ...terms]);
  expect(err).toBe("");
  return out
    .replaceAll(/(?<!\\)\\ud800/g, "\ufffd")
    .trimEnd()
    .split("\n")
    .toSorted();
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).toSorted();
}

async function parquet(sql: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe.each(["jsonl", "json", "csv"])("as %s", (format) => {
  test("a file holds what our reader finds in it again", () => {
    const trail = makeDayTrail();
    const to = join(temporaryDirectory(), `out.${format}`);
    const { code, out, err } = otelAudit(["export", "-t", trail, "-o", format, "--to", to]);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: "",
      err: `otel-audit: ${RESULTS} records in ${to}\n`,
    });
    expect(found(to)).toEqual(found(trail));
    expect(found(to)).toHaveLength(RESULTS);
  });

  test("stdout gets the same bytes", () => {
    const trail = makeDayTrail();
    const to = join(temporaryDirectory(), "out");
    otelAudit(["export", "-t", trail, "-o", format, "--to", to]);
    const { code, out } = otelAudit(["export", "-t", trail, "-o", format]);
    expect(code).toBe(0);
    expect(out).toBe(readFileSync(to, "utf8"));
  });

  test("records of every kind are there where that is asked", () => {
    const trail = makeDayTrail();
    const to = join(temporaryDirectory(), "out");
    otelAudit(["export", "-t", trail, "-o", format, "--to", to, "--all-kinds"]);
    expect(found(to, "kind:*")).toEqual(found(trail, "kind:*"));
    expect(found(to, "kind:*")).toHaveLength(RESULTS + 1);
  });

  test("nothing found is no file, and on stdout an empty one", () => {
    const trail = makeDayTrail();
    const directory = temporaryDirectory();
    const to = join(directory, "new", "out");
    const { code, err } = otelAudit([
      "export",
      "-t",
      trail,
      "-o",
      format,
      "--to",
      to,
      "actor:nobody",
    ]);
    expect({ code, err }).toEqual({ code: 1, err: "otel-audit: nothing found\n" });
    expect(filesIn(directory)).toEqual([]);
    const empty = otelAudit(["export", "-t", trail, "-o", format, "actor:nobody"]);
    expect(empty.code).toBe(1);
    if (format === "json") expect(JSON.parse(empty.out)).toEqual([]);
    if (format === "jsonl") expect(empty.out).toBe("");
    if (format === "csv") expect(empty.out).toMatch(/^timestamp,.*,attributes\n$/);
  });

  test("a file a day, in UTC or another zone, which only its owner can read", () => {
    const trail = makeDayTrail();
    const to = join(temporaryDirectory(), "days");
    const { code } = otelAudit(["export", "-t", trail, "-o", format, "--to", to, "--by", "day"]);
    expect(code).toBe(0);
    const names = ["25", "26", "27"].map((day) => `audit-2026-05-${day}.${format}`);
    expect(filesIn(to)).toEqual(names);
    expect(names.map((name) => found(join(to, name)).length)).toEqual([2, 2, 4]);
    expect(found(to)).toEqual(found(trail));
    for (const name of names) expect(statSync(join(to, name)).mode & 0o777).toBe(0o600);
    expect(statSync(to).mode & 0o777).toBe(0o700);

    const berlin = join(temporaryDirectory(), "berlin");
    const zone = ["--timezone", "Europe/Berlin"];
    otelAudit(["export", "-t", trail, "-o", format, "--to", berlin, "--by", "day", ...zone]);
    expect(filesIn(berlin)).toEqual(
      ["25", "26", "27", "28"].map((day) => `audit-2026-05-${day}.${format}`),
    );
  });
});

describe("as parquet", () => {
  test("columns have types, text is whole, and it is packed with zstd", async () => {
    const trail = makeDayTrail();
    const to = join(temporaryDirectory(), "it's [one].parquet");
    const { code, err } = otelAudit(["export", "-t", trail, "-o", "parquet", "--to", to]);
    expect({ code, err }).toEqual({
      code: 0,
      err: `otel-audit: ${RESULTS} records in ${to}\n`,
    });
    expect(statSync(to).mode & 0o777).toBe(0o600);
    const file = `'${to.replace("'", "''").replace("[", "[[]")}'`;
    const types = await parquet(`describe from read_parquet(${file})`);
    expect(types.map(([name, type]) => [name, type])).toEqual([
      ["timestamp", "TIMESTAMP WITH TIME ZONE"],
      ["action_type", "VARCHAR"],
      ["status", "VARCHAR"],
      ["details", "JSON"],
      ["error", "VARCHAR"],
      ["record_id", "VARCHAR"],
      ["stream", "VARCHAR"],
      ["sequence", "BIGINT"],
      ["kind", "VARCHAR"],
      ["call_id", "VARCHAR"],
      ["outcome", "VARCHAR"],
      ["actor_id", "VARCHAR"],
      ["actor_type", "VARCHAR"],
      ["target_type", "VARCHAR"],
      ["target_id", "VARCHAR"],
      ["reason", "VARCHAR"],
      ["method", "VARCHAR"],
      ["rpc_status", "VARCHAR"],
      ["duration_ms", "DOUBLE"],
      ["source", "VARCHAR"],
      ["service", "VARCHAR"],
      ["trace_id", "VARCHAR"],
      ["span_id", "VARCHAR"],
      ["attributes", "JSON"],
    ]);
    expect(
      await parquet(
        `select epoch_us("timestamp"), sequence, duration_ms, details ->> '$.before.rate', reason
         from read_parquet(${file}) where record_id = 'AbCdEfGhIjKlMnOp.7'`,
      ),
    ).toEqual([["1779892200123456", "7", 1.25, "0.1", '=SUM(A1), she said "go"\nnext line']]);
    expect(
      await parquet(`select distinct reason from read_parquet(${file}) where actor_id = 'bob'`),
    ).toEqual([['half \ufffd, "quoted", \\ud800, ; \u0000, é, 日本 and\nnext']]);
    expect(await parquet(`select distinct compression from parquet_metadata(${file})`)).toEqual([
      ["ZSTD"],
    ]);
  });

  test("days are partitions", async () => {
    const trail = makeDayTrail();
    const to = join(temporaryDirectory(), "days");
    const { code } = otelAudit(["export", "-t", trail, "-o", "parquet", "--to", to, "--by", "day"]);
    expect(code).toBe(0);
    expect(filesIn(to).filter((name) => name.endsWith(".parquet"))).toEqual(
      ["25", "26", "27"].map((day) => join(`day=2026-05-${day}`, "audit.parquet")),
    );
    expect(
      await parquet(
        `select day::varchar, count(*) from read_parquet('${to}/*/*.parquet', hive_partitioning = true)
         group by all order by all`,
      ),
    ).toEqual([
      ["2026-05-25", "2"],
      ["2026-05-26", "2"],
      ["2026-05-27", "4"],
    ]);
  });
});

test("each record once, however often it stands there", () => {
  const trail = makeDayTrail();
  const copy = makeDayTrail();
  const { out } = otelAudit(["export", "-t", trail, "-t", copy, "-t", join(trail, "journal")]);
  expect(out.trimEnd().split("\n")).toHaveLength(RESULTS);
});

test("a file that is there stays, unless it is forced", () => {
  const trail = makeDayTrail();
  const to = join(temporaryDirectory(), "days");
  mkdirSync(to);
  const last = join(to, "audit-2026-05-27.jsonl");
  writeFileSync(last, "mine");
  const args = ["export", "-t", trail, "--to", to, "--by", "day"];
  const { code, err } = otelAudit(args);
  expect({ code, err }).toEqual({
    code: 2,
    err: `otel-audit: ${last} is there already: say --force to replace it, or name another place\n`,
  });
  expect(filesIn(to)).toEqual(["audit-2026-05-27.jsonl"]);
  expect(readFileSync(last, "utf8")).toBe("mine");
  expect(otelAudit([...args, "--force"]).code).toBe(0);
  expect(found(to)).toEqual(found(trail));
});

test("a time that is none leads to no other place", () => {
  const odd = (sequence: number, time: string): string =>
    encodeJsonLine(resultRecord("OddTimesAAAAAAAA", sequence, { "audit.time": time }));
  const times = [
    "../../2026",
    "nonsense",
    "",
    "2026-02-30T00:00:00Z",
    "+012026-01-01T00:00:00.000Z",
  ];
  const trail = makeDayTrail(times.map((time, at) => odd(at + 1, time)));
  const root = temporaryDirectory();
  const to = join(root, "a", "days");
  const { code, err } = otelAudit(["export", "-t", trail, "--to", to, "--by", "day"]);
  // Each is named, and no record.
  expect(code).toBe(4);
  expect(err.match(/: no time with its offset/g)).toHaveLength(times.length);
  expect(filesIn(root)).toEqual([
    "a",
    "a/days",
    ...["25", "26", "27"].map((day) => `a/days/audit-2026-05-${day}.jsonl`),
  ]);
});

test("lines that are no records are named, and the rest is exported", () => {
  const trail = makeDayTrail(['{"timestamp":"2026-05-27T']);
  const to = join(temporaryDirectory(), "out");
  const { code, err } = otelAudit(["export", "-t", trail, "--to", to]);
  expect(code).toBe(4);
  expect(err).toContain(`${RESULTS} records in ${to}`);
  expect(err).toMatch(/1\.jsonl:10: /);
});

describe("is refused", () => {
  const directory = process.cwd();
  test.each([
    ["a day on stdout", ["--by", "day"], "--by day needs --to and a directory"],
    ["parquet on stdout", ["-o", "parquet"], "-o parquet needs --to and a file"],
    ["force on stdout", ["--force"], "--force needs --to"],
    ["an empty place", ["--to", ""], "--to is empty"],
    ["a directory as file", ["--to", directory], "say --by day as well, or name a file"],
    [
      "a file as directory",
      ["--to", "package.json", "--by", "day"],
      "--by day writes into a directory",
    ],
  ])("%s", (_, args, message) => {
    const { code, err } = otelAudit(["export", "-t", makeDayTrail(), ...args]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test("a place that cannot be written", () => {
    const { code, err } = otelAudit(["export", "-t", makeDayTrail(), "--to", "/proc/nothing/out"]);
    expect(code).toBe(3);
    expect(err).toContain("cannot write /proc/nothing/out");
  });
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s leaves no half file", async (signal) => {
  const root = temporaryDirectory();
  const pipe = join(root, "pipe");
  expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
  const to = join(root, "out");
  mkdirSync(to);
  const begun = new Promise<void>((resolve) => {
    const watcher = watch(to, () => {
      watcher.close();
      resolve();
    });
  });
  const { ended, child } = startCommand(["export", "-t", pipe, "--to", join(to, "all.jsonl")]);
  const writer = createWriteStream(pipe);
  // The command ends, and so does its side of the pipe.
  writer.on("error", () => {});
  let sequence = 0;
  const more = (): string => {
    const lines = Array.from({ length: 2000 }, () =>
      encodeJsonLine(resultRecord("PipedStreamAAAAA", ++sequence)),
    );
    return `${lines.join("\n")}\n`;
  };
  // The command reads a block at a time: it goes on as long as something comes.
  let hasEnded = false;
  void once(child, "close").then(() => (hasEnded = true));
  const feed = (): void => void (hasEnded || writer.write(more(), () => setImmediate(feed)));
  feed();
  await begun;
  expect(existsSync(join(to, "all.jsonl"))).toBe(false);
  expect(filesIn(to)).toHaveLength(1);
  child.kill(signal);
  const { code, err } = await ended;
  writer.destroy();
  expect(code).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
  expect(err).toBe("otel-audit: stopped: no file was written\n");
  expect(filesIn(to)).toEqual([]);
});

test("a reader that has seen enough ends it", () => {
  const trail = makeDayTrail();
  const { status, stderr } = spawnSync(
    "sh",
    ["-c", `"$0" dist/cli/main.js export -t "$1" | head -n 1 > /dev/null`, process.execPath, trail],
    { encoding: "utf8" },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test.each([
  ["to a file", ["-o", "csv", "--to"]],
  ["to stdout", ["-o", "csv"]],
])("that somebody took a copy %s is recorded before there is one", (_, args) => {
  const trail = makeDayTrail();
  const access = join(temporaryDirectory(), "access");
  const to = args.includes("--to") ? [join(temporaryDirectory(), "out.csv")] : [];
  const env = { XDG_STATE_HOME: temporaryDirectory(), AUDIT_ACCESS_DIR: access };
  const asked = ["export", "-t", trail, "actor:bob", ...args, ...to];
  expect(otelAudit([...asked, "--purpose", "for the auditor"], env).code).toBe(0);
  const { out } = otelAudit(["query", "-t", access, "-o", "jsonl", "action:audit_access"]);
  expect(JSON.parse(out)).toMatchObject({
    reason: "for the auditor",
    details: { scope: ["export actor:bob", ...args, ...to].join(" "), results_count: 3 },
  });
  // Where it cannot be recorded there is none.
  const nowhere = { ...env, AUDIT_ACCESS_DIR: "/proc/nothing" };
  const refused = otelAudit(
    [...asked, "--force"].filter((one) => one !== "--force" || to.length > 0),
    nowhere,
  );
  expect({ code: refused.code, out: refused.out }).toEqual({ code: 3, out: "" });
});
