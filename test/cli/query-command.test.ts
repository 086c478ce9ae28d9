/** `otel-audit query` as people run it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { CSV_HEADER, decodeCsvRows, encodeJsonLine, toFlat } from "../../src/format/index.ts";
import { FIELDS } from "../../src/read/index.ts";
import { askedTrail } from "../support/asked-trail.ts";
import { COMMAND } from "../support/command-line.ts";
import { otelAudit, STEERING } from "../support/command-trail.ts";
import type { Ran } from "../support/prepared-command.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { fullRecord } from "../support/records.ts";

const records = askedTrail();
const LINES = records.map(encodeJsonLine).join("\n");

function trail(text: string = `${LINES}\n`, name = "audit.jsonl"): string {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, text);
  return file;
}

function query(file: string, ...args: readonly string[]): Ran {
  return otelAudit(["query", "--timezone", "UTC", "--trail", file, ...args]);
}

describe("what is printed", () => {
  test("a table, the newest first, as sentences", () => {
    const { code, out, err } = query(trail(), "actor:ann");
    expect(out).toBe(
      [
        "TIME                            RECORD               OUTCOME  WHAT",
        "2026-10-02 08:00:05.000 +00:00  AbCdEfGhIjKlMnOp.10  success  ann changed limits.rate from 1 to 2 in the settings of project p-1",
        "2026-10-02 08:00:03.000 +00:00  AbCdEfGhIjKlMnOp.8   failure  ann tried to restore checkpoint (not given), but it failed: no such checkpoint",
        "2026-10-02 08:00:02.000 +00:00  AbCdEfGhIjKlMnOp.7   unknown  ann set out to change the role of eve",
        "2026-10-01 09:00:01.000 +00:00  AbCdEfGhIjKlMnOp.2   success  ann changed learning_rate from 0.1 to 0.01 of experiment exp-1 because loss is flat",
        "",
      ].join("\n"),
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  test("whole records for programs", () => {
    const file = trail();
    const wanted = [records[9], records[7], records[1]].map((record) =>
      toFlat(record ?? fullRecord),
    );
    const terms = ["actor:ann", "-outcome:unknown"];
    expect(JSON.parse(query(file, ...terms, "-o", "json").out)).toEqual(wanted);
    const jsonl = query(file, ...terms, "-o", "jsonl")
      .out.trimEnd()
      .split("\n");
    expect(jsonl.map((line) => JSON.parse(line) as unknown)).toEqual(wanted);
    const csv = query(file, ...terms, "-o", "csv").out;
    expect(csv.startsWith(CSV_HEADER)).toBe(true);
    const rows = decodeCsvRows(csv.slice(CSV_HEADER.length));
    expect([...rows].map(({ record }) => toFlat(record))).toEqual(wanted);
  });

  test("columns of one's own, times in UTC in what programs read", () => {
    const columns = [
      "--columns",
      "timestamp,actor,changes,details.after.learning_rate,audit.reason",
    ];
    expect(query(trail(), "changed:learning_rate", "-o", "csv", ...columns).out).toBe(
      "timestamp,actor,changes,details.after.learning_rate,audit.reason\n2026-10-01T09:00:01.000000Z,ann,learning_rate from 0.1 to 0.01,0.01,loss is flat\n",
    );
  });

  test("a table that is mark-up nowhere but where it is meant", () => {
    const odd = {
      ...fullRecord,
      attributes: { ...fullRecord.attributes, "audit.target.id": "a|b `<b>` [x](y)" },
    };
    const { out } = query(
      trail(`${encodeJsonLine(odd)}\n`),
      "-o",
      "markdown",
      "--columns",
      "target",
    );
    expect(out).toBe("| target |\n| --- |\n| a\\|b \\`&lt;b\\>\\` \\[x\\]\\(y\\) |\n");
  });

  test("wide characters take two places", () => {
    const odd = (target: string): string =>
      encodeJsonLine({
        ...fullRecord,
        attributes: {
          ...fullRecord.attributes,
          "audit.record.id": `AbCdEfGhIjKlMnOp.${target.length}`,
          "audit.sequence.number": target.length,
          "audit.target.id": target,
        },
      });
    const { out } = query(trail(`${odd("実験")}\n${odd("exp")}\n`), "--columns", "target,actor");
    expect(out).toBe("TARGET  ACTOR\nexp     ann\n実験    ann\n");
  });

  test("how many more there are, on stderr", () => {
    const { out, err } = query(trail(), "-n", "2", "-o", "jsonl", "--columns", "record");
    expect(out).toBe('{"record":"AbCdEfGhIjKlMnOp.12"}\n{"record":"AbCdEfGhIjKlMnOp.11"}\n');
    expect(err).toBe("otel-audit: 2 of 9 shown, the newest first: --limit 9 shows all of them\n");
  });

  test("no control character of a record, no matter where it stands", () => {
    const odd = {
      ...fullRecord,
      attributes: {
        ...fullRecord.attributes,
        "audit.target.id": STEERING,
        "audit.actor.id": STEERING,
        "audit.reason": STEERING,
      },
      body: { [STEERING]: STEERING },
    };
    const { out } = query(
      trail(`${encodeJsonLine(odd)}\n`),
      "--columns",
      "time,actor,target,reason,what,details,changes",
    );
    // oxlint-disable-next-line no-control-regex
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(out).toContain("red");
  });
});

describe("how it ends", () => {
  test("nothing found", () => {
    expect(query(trail(), "actor:nobody")).toEqual({
      code: 1,
      out: "",
      err: "otel-audit: nothing found\n",
    });
    expect(query(trail(), "actor:nobody", "-o", "json").out).toBe("[]\n");
  });

  test.each<readonly [what: string, args: readonly string[], says: string]>([
    [
      "a field that there is not",
      ["acter:ann"],
      'otel-audit: "acter:ann" names no field: did you mean actor?',
    ],
    [
      "a column that there is not",
      ["--columns", "acter"],
      'otel-audit: --columns names "acter", which is none: did you mean actor?',
    ],
    [
      "a limit that is none",
      ["-n", "0"],
      'otel-audit: --limit must be a whole number from 1 on; it is "0"',
    ],
    [
      "a zone that there is not",
      ["--timezone", "Mars"],
      "otel-audit: --timezone must be the name of a time zone",
    ],
    [
      "a time that is none",
      ["--since", "soon"],
      "otel-audit: --since must be a time as in 2026-11",
    ],
    [
      "times the wrong way round",
      ["--since", "2026-02", "--until", "2026-01"],
      "otel-audit: --since 2026-02 is no earlier than --until 2026-01",
    ],
    ["an option that there is not", ["--frobnicate"], "error: unknown option '--frobnicate'"],
  ])("%s", (_, args, says) => {
    const { code, out, err } = query(trail(), ...args);
    expect({ code, out, start: err.slice(0, says.length) }).toEqual({
      code: 2,
      out: "",
      start: says,
    });
  });

  test("no trail, and one that is not there", () => {
    expect(otelAudit(["query"])).toMatchObject({
      code: 2,
      err: "otel-audit: nothing to ask: name files or directories, or set AUDIT_LOG_DIR\n",
    });
    expect(query("/nowhere")).toMatchObject({ code: 3, out: "" });
  });

  test("a trail that the environment names, and a term with a dash", () => {
    const directory = join(temporaryDirectory(), "audit");
    mkdirSync(directory);
    writeFileSync(join(directory, "a.jsonl"), `${LINES}\n`);
    const { out } = otelAudit(["query", "-outcome:success", "-o", "csv", "--columns", "record"], {
      AUDIT_LOG_DIR: directory,
    });
    expect(
      out
        .split("\n")
        .slice(1, -1)
        .map((id) => id.split(".")[1]),
    ).toEqual(["12", "8", "7", "6"]);
  });

  test("a reader that has seen enough", () => {
    const many = Array.from({ length: 20_000 }, (_, at) =>
      encodeJsonLine({
        ...fullRecord,
        attributes: {
          ...fullRecord.attributes,
          "audit.record.id": `AbCdEfGhIjKlMnOp.${at + 1}`,
          "audit.sequence.number": at + 1,
        },
      }),
    ).join("\n");
    const file = trail(`${many}\n`);
    const { stdout, stderr } = spawnSync(
      "sh",
      ["-c", `"$0" "$1" query -t "$2" -o jsonl | head -1`, process.execPath, COMMAND, file],
      { encoding: "utf8" },
    );
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stderr).toBe("");
  });
});

describe("more than memory should hold", () => {
  /** A record again and again, with a number of its own, and so long a text. */
  function manyRecords(count: number, chars: number): string {
    const { stream, ...flat } = toFlat(records[2] ?? fullRecord);
    const details = { filler: "x".repeat(chars) };
    const lines = Array.from({ length: count }, (_, at) => {
      const place = { record_id: `${stream}.${at + 1}`, stream, sequence: at + 1 };
      return JSON.stringify({ ...flat, ...place, details });
    });
    return trail(`${lines.join("\n")}\n`);
  }

  function queryIn(room: string, ...args: readonly string[]): Ran {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--max-old-space-size=200", COMMAND, "query", ...args],
      { encoding: "utf8", env: { ...process.env, TMPDIR: room }, maxBuffer: Infinity },
    );
    return { code: status, out: stdout, err: stderr };
  }

  test("is sorted all the same, and leaves nothing behind", () => {
    const file = manyRecords(20_000, 8000);
    const room = temporaryDirectory();
    const { code, out, err } = queryIn(room, "-t", file, "-o", "jsonl");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = out.trimEnd().split("\n");
    const numbers = lines.map((line) => (JSON.parse(line) as { sequence: number }).sequence);
    expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, at) => 20_000 - at));
    expect(readdirSync(room)).toEqual([]);
  });

  test("where there is no room to sort, that is said, and what to do", () => {
    const room = join(temporaryDirectory(), "not-there");
    const { code, out, err } = queryIn(room, "-t", manyRecords(600, 100_000), "-o", "jsonl");
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain(`cannot put by in ${room} `);
    expect(err).toContain("set TMPDIR to a directory with room");
  });
});

test("a pipe is read once, also where a result stands far behind its intent", () => {
  const [intent = "", result = ""] = records.slice(4, 6).map(encodeJsonLine);
  const far = `${intent}\n${" ".repeat(1_000_000)}\n${result}\n`;
  const file = trail(far);
  const script = 'cat "$2" | "$0" "$1" query -o csv --columns record,outcome -t /dev/stdin';
  const piped = spawnSync("sh", ["-c", script, process.execPath, COMMAND, file], {
    encoding: "utf8",
    timeout: 120_000,
  });
  expect(piped.stdout).toBe("record,outcome\nAbCdEfGhIjKlMnOp.6,denied\n");
});

describe("what is no trail", () => {
  const line = `${encodeJsonLine(fullRecord)}\n`;
  test.each<readonly [what: string, bytes: string | Uint8Array, says: RegExp, records: number]>([
    [
      "a compressed file named .json",
      gzipSync(line),
      /it is compressed \(gzip\): unpack it first/,
      0,
    ],
    ["UTF-16", Buffer.from(`\ufeff${line}`, "utf16le"), /it is UTF-16: records are UTF-8/, 0],
    [
      "binary",
      Uint8Array.from({ length: 1000 }, (_, at) => (at * 7) % 256),
      /which is no form of records that is known/,
      0,
    ],
    ["NULs behind a record", `${line}${"\0".repeat(5000)}\n`, /:2: not a JSON line/, 1],
    [
      "Latin-1 within a record",
      Buffer.from(
        `${encodeJsonLine(records[1] ?? fullRecord).replace("ann", "\u00e9nn")}\n`,
        "latin1",
      ),
      /:1: it is not UTF-8/,
      0,
    ],
    ["another JSON", '{"hello":"world"}\n', /no form of records/, 0],
    ["an escape sequence", "\u001b[31mred\u001b[0m\n", /no form of records/, 0],
    [
      "a cut last line",
      `${line}${line.slice(0, 80)}`,
      /:2: the line has no end: it is being written, or a crash cut it/,
      1,
    ],
  ])("%s", (_, bytes, says, count) => {
    const file = join(temporaryDirectory(), "odd.json");
    writeFileSync(file, bytes);
    const { code, out, err } = query(file, "-o", "json");
    expect(err).toMatch(says);
    // oxlint-disable-next-line no-control-regex
    expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(JSON.parse(out)).toHaveLength(count);
    expect(code).toBe(4);
  });

  test("a line of 100 MB is passed over, and told; what stands around it is found", () => {
    const file = join(temporaryDirectory(), "long.jsonl");
    const [first = "", second = ""] = records.slice(1, 3).map(encodeJsonLine);
    writeFileSync(file, `${first}\n{"timestamp":"${"x".repeat(100_000_000)}"}\n${second}\n`);
    const { code, out, err } = query(file, "-o", "jsonl", "--columns", "record");
    expect({ code, out: out.trim().split("\n").length }).toEqual({ code: 4, out: 2 });
    expect(err).toMatch(/long\.jsonl:2: longer than \d+ bytes: passed over/);
  });
});

test("--help names every field", () => {
  const { out, code } = otelAudit(["query", "--help"]);
  expect(code).toBe(0);
  const listed = /Fields: ([^]*?)\n\n/.exec(out)?.[1]?.split(/\s+/);
  expect(listed).toEqual(FIELDS.map(({ name }) => name));
});

test.each([
  ["actor:ann or actor:nobody", true],
  ["actor:ann and not actor:ann", true],
  ["actor:nobody or", false],
  ["or actor:nobody", false],
  ['actor:ann "or" actor:nobody', false],
  ["actor:nobody action:pause", false],
])("nothing is found by %s: whether a joining word may be why", (terms, isSaid) => {
  const file = trail();
  for (const command of ["query", "summary", "tail", "stats", "export"]) {
    const { code, err } = otelAudit([command, "-t", file, ...terms.split(" ")]);
    expect(code).toBe(1);
    expect(err).toContain("nothing found\n");
    expect(/"(?:or|and)" was looked for as a text: .*actor:ann,bob/.test(err)).toBe(isSaid);
  }
});
