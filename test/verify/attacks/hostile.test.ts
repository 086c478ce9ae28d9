/** Somebody makes files that are to crash, stop or fill whoever verifies them. */
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeKey } from "../../../src/seal/portable.ts";
import { resigned, signed, strangersKey } from "../../support/forged-trail.ts";
import { type Flat, openWorkshop, type Victim, victimOf } from "../../support/attacked-trail.ts";

const root = join(import.meta.dirname, "../../..");
const workshop = openWorkshop();
let stream = "";
beforeAll(() => {
  stream = workshop.write();
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, [stream]);

const GIBIBYTE_IN_KILOBYTES = 1024 * 1024;

interface Outcome {
  readonly exitCode: number;
  readonly findings: readonly { code: string; file?: string; line?: number; message: string }[];
  readonly peakKilobytes: number;
}

/**
 * Verifies the directory in a process of its own, which must live, and take less than a gibibyte.
 *
 * @param heap MiB of JavaScript's own, of which more is fatal. Default: as much as Node takes.
 */
function outcomeOf(
  attacked: Victim,
  paths: readonly string[] = [attacked.directory],
  heap?: number,
): Outcome {
  const program = join(root, "test/verify/programs/verify-memory.ts");
  const limits = heap === undefined ? [] : [`--max-old-space-size=${heap}`];
  const args = [...limits, "-C", "@otel-audit/source", program, ...paths];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: root });
  expect(stderr).toBe("");
  const outcome = JSON.parse(stdout) as Outcome;
  console.log(`most memory: ${Math.round(outcome.peakKilobytes / 1024)} MiB`);
  expect(outcome.peakKilobytes).toBeLessThan(GIBIBYTE_IN_KILOBYTES);
  return outcome;
}

/** A line of the journal with something else in it. */
function lineWith(attacked: Victim, change: (flat: Flat) => void, number = 6): string {
  const flat = JSON.parse(attacked.lines(attacked.journal())[number - 1] ?? "") as Flat;
  change(flat);
  return JSON.stringify(flat);
}

/** A checkpoint of nobody's key: size, leaves and subtrees as somebody likes them. */
function selfSigned(attacked: Victim, size: string, leaves: number, subtrees: number): string {
  const signer = strangersKey();
  const at = Number.parseInt(size, 10);
  const text = [
    `otel-audit/QQQQQQQQQQQQQQQQ`,
    size,
    "A".repeat(43) + "=",
    "format audit-checkpoint/1",
    "number 1",
    "state open",
    "time 2026-11-21T18:00:00.000000Z",
    "results 0",
    "leaf audit-leaf/1",
    `key ${encodeKey(signer.key)}`,
    "custody file",
    "resource {}",
    "",
  ].join("\n");
  return lineWith(attacked, (flat) => {
    Object.assign(flat, {
      stream: "QQQQQQQQQQQQQQQQ",
      sequence: at + 1,
      timestamp: "2026-11-21T18:00:00.000000Z",
    });
    flat["record_id"] = `QQQQQQQQQQQQQQQQ.${at + 1}`;
    flat.attributes["audit.checkpoint.note"] = signed(signer, text);
    flat.attributes["audit.checkpoint.leaves"] = Array.from({ length: leaves }, () =>
      "A".repeat(43),
    );
    flat.attributes["audit.checkpoint.subtrees"] = Array.from({ length: subtrees }, () =>
      "A".repeat(43),
    );
  });
}

const many = (count: number, one: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => one(at)).join("");
const evil = (it: Victim, text: string | Uint8Array, name = "evil.jsonl"): void =>
  writeFileSync(it.path(name), text);
const NOTE = "audit.checkpoint.note";

type Row = readonly [string, (attacked: Victim) => void, exitCode: number, code: string];

describe("a file beside the journal", () => {
  test.each<Row>([
    [
      "is nested 100 000 levels deep",
      (it) =>
        evil(
          it,
          lineWith(it, (flat) => void (flat["details"] = {})).replace(
            '"details":{}',
            `"details":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
          ) + "\n",
        ),
      3,
      "line_unreadable",
    ],
    [
      "is a list, nested as deep",
      (it) => evil(it, `${"[".repeat(100_000)}\n`, "evil.json"),
      3,
      "line_unreadable",
    ],
    [
      "has a thousand names twice",
      (it) =>
        evil(
          it,
          `{${many(1000, () => '"actor_id":"eve",')}${lineWith(it, () => {}, 7).slice(1)}\n`,
        ),
      1,
      "text_contradicts",
    ],
    [
      "has a checkpoint of size 9e15",
      (it) => evil(it, `${selfSigned(it, "9000000000000000", 1, 22)}\n`),
      1,
      "checkpoint_altered",
    ],
    [
      "has a checkpoint of a size that is no number",
      (it) => evil(it, `${selfSigned(it, "9e15", 1, 22)}\n`),
      1,
      "checkpoint_altered",
    ],
    [
      "has a checkpoint with a million subtrees",
      (it) => evil(it, `${selfSigned(it, "9000000000000000", 1, 1_000_000)}\n`),
      1,
      "checkpoint_altered",
    ],
    [
      "has a checkpoint with a million leaves",
      (it) => evil(it, `${selfSigned(it, "1000000", 1_000_000, 0)}\n`),
      1,
      "checkpoint_altered",
    ],
    [
      "has a note of ten megabytes",
      (it) =>
        evil(
          it,
          `${lineWith(it, (flat) => void (flat.attributes[NOTE] = "x\n".repeat(5_000_000)))}\n`,
        ),
      1,
      "checkpoint_altered",
    ],
    [
      "has a note of many signatures",
      (it) =>
        evil(
          it,
          `${lineWith(it, (flat) => void (flat.attributes[NOTE] = `${String(flat.attributes[NOTE])}${"\u2014 otel-audit AAAAAAAAAAAA\n".repeat(20_000)}`))}\n`,
        ),
      1,
      "checkpoint_altered",
    ],
    [
      "has numbers as long as books",
      (it) =>
        evil(
          it,
          `${lineWith(it, (flat) => void (flat["details"] = { n: 1 }), 7).replace('"n":1', `"n":${"9".repeat(1_000_000)}`)}\n`,
        ),
      1,
      "text_contradicts",
    ],
    ["has NULs", (it) => evil(it, "\0".repeat(100_000)), 3, "line_unreadable"],
    [
      "has NULs in the middle of a record",
      (it) => evil(it, `${lineWith(it, () => {}, 7).replace("ann", "a\0n")}\n`),
      3,
      "line_unreadable",
    ],
    [
      "is no UTF-8",
      (it) =>
        evil(it, Buffer.from(`${lineWith(it, () => {}, 7)}\n`.replace("ann", "\u00ff"), "latin1")),
      3,
      "line_unreadable",
    ],
    ["is compressed", (it) => evil(it, gzipSync("{}"), "evil.jsonl.gz"), 3, "line_unreadable"],
    [
      "is nothing that is known",
      (it) => evil(it, Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256))),
      3,
      "line_unreadable",
    ],
    [
      "has another header than the view",
      (it) => evil(it, "time,what,who\n1,2,3\n", "evil.csv"),
      3,
      "line_unreadable",
    ],
    [
      "has a seal of a million entries",
      (it) =>
        evil(
          it,
          `${lineWith(it, (flat) => void (flat.attributes["audit.integrity.fields"] = many(1_000_000, (at) => `${at === 0 ? "" : ","}k${at}`)), 7)}\n`,
        ),
      1,
      "record_altered",
    ],
    ["is a pipe", (it) => void spawnSync("mkfifo", [it.path("evil.jsonl")]), 3, "line_unreadable"],
    [
      "is a link to itself",
      (it) => symlinkSync("evil.jsonl", it.path("evil.jsonl")),
      3,
      "line_unreadable",
    ],
    [
      "is a link to what has no end",
      (it) => symlinkSync("/dev/zero", it.path("evil.jsonl")),
      3,
      "line_unreadable",
    ],
    [
      "is a file where a stream should be",
      (it) => evil(it, "x", "journal/QQQQQQQQQQQQQQQQ"),
      3,
      "line_unreadable",
    ],
    [
      "is a directory where a segment should be",
      (it) => mkdirSync(it.path("journal/A/2.jsonl")),
      3,
      "line_unreadable",
    ],
    [
      "is a pipe where a segment should be",
      (it) => void spawnSync("mkfifo", [it.path("journal/A/2.jsonl")]),
      3,
      "line_unreadable",
    ],
  ])("%s", (_name, attack, exitCode, code) => {
    const attacked = victim();
    attack(attacked);
    const outcome = outcomeOf(attacked);
    expect(outcome.findings.map((finding) => finding.code)).toContain(code);
    expect(outcome.exitCode).toBe(exitCode);
  });

  test("names as many labels of a stream as its seal names leaves, in ten megabytes", () => {
    const attacked = victim();
    const count = 100_000;
    const text = (at: number): string => `k${at}x${"y".repeat(20)}`;
    const line = JSON.stringify({
      _stream: `{${many(count, (at) => `${at === 0 ? "" : ","}${text(at)}="z"`)}}`,
      "audit.record.id": `${stream}.7`,
      "audit.integrity.fields": many(count, (at) => `${at === 0 ? "" : ","}${text(at)}`),
      ...Object.fromEntries(Array.from({ length: count }, (_, at) => [text(at), "v"])),
    });
    evil(attacked, `${line}\n`);
    const outcome = outcomeOf(attacked);
    expect(outcome.findings.map(({ code }) => code)).toContain("record_altered");
    expect(outcome.exitCode).toBe(1);
  });
  test("is empty", () => {
    const attacked = victim();
    evil(attacked, "");
    expect(outcomeOf(attacked)).toMatchObject({ exitCode: 0, findings: [] });
  });
  test("has one line of a gibibyte", () => {
    const attacked = victim();
    const path = attacked.path("evil.jsonl");
    evil(attacked, '{"timestamp":"');
    const file = openSync(path, "r+");
    ftruncateSync(file, 1024 ** 3);
    writeSync(file, "\n", 1024 ** 3);
    closeSync(file);
    const outcome = outcomeOf(attacked);
    expect(outcome.findings).toMatchObject([{ code: "line_unreadable" }]);
    expect(outcome.exitCode).toBe(3);
  });
  test("has a hundred thousand resources", () => {
    const attacked = victim();
    const resource = (at: number): string =>
      `${at === 0 ? "" : ","}{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s${at}"}}]},"scopeLogs":[]}`;
    evil(attacked, `{"resourceLogs":[${many(100_000, resource)}]}\n`);
    expect(outcomeOf(attacked).exitCode).toBe(0);
  });
  test("has 100 000 streams of one record each, for which 180 MiB of heap are enough", () => {
    const attacked = victim();
    const line = lineWith(
      attacked,
      (flat) => {
        for (const key of ["reason", "target", "peer"]) delete flat[key];
        Object.assign(flat, { sequence: 1, record_id: `${stream}.1`, details: {}, attributes: {} });
      },
      7,
    );
    for (let first = 0; first < 100_000; first += 10_000) {
      const name = (at: number): string => `Q${String(first + at).padStart(15, "0")}`;
      const text = many(10_000, (at) => `${line.replaceAll(stream, name(at))}\n`);
      appendFileSync(attacked.path("evil.jsonl"), text);
    }
    const outcome = outcomeOf(attacked, [attacked.directory], 180);
    expect(outcome.findings.map(({ code }) => code)).toContain("records_unsigned");
    expect(outcome.exitCode).toBe(0);
  });
  test("has 10 000 streams with a checkpoint each, for which 80 MiB of heap are enough", () => {
    const attacked = victim();
    const numbered = (sequence: number) => ({ sequence, record_id: `${stream}.${sequence}` });
    const result = lineWith(
      attacked,
      (flat) => {
        for (const key of ["reason", "target", "peer"]) delete flat[key];
        Object.assign(flat, { details: {}, attributes: {} }, numbered(1));
      },
      7,
    );
    const checkpoint = lineWith(attacked, (flat) => Object.assign(flat, numbered(2)), 2);
    const signer = strangersKey();
    for (let first = 0; first < 10_000; first += 1000) {
      const text = many(1000, (at) => {
        const name = `Q${String(first + at).padStart(15, "0")}`;
        const own = [result, checkpoint].map((line) => line.replaceAll(stream, name));
        return `${resigned(own, signer, () => ({ stream: name })).join("\n")}\n`;
      });
      appendFileSync(attacked.path("evil.jsonl"), text);
    }
    const outcome = outcomeOf(attacked, [attacked.path("evil.jsonl")], 80);
    expect(outcome.findings.map(({ code }) => code)).toEqual(["stream_unclosed"]);
    expect(outcome.exitCode).toBe(0);
  });
  test("gives a process 64 names as long as books", () => {
    const attacked = victim();
    const line = lineWith(attacked, () => {}, 7);
    const names = Array.from({ length: 64 }, (_, at) => "x".repeat(1 << 18) + String(at));
    for (const name of [...names, ...names])
      appendFileSync(
        attacked.path("evil.jsonl"),
        `${line.replace('"service":"trainer"', `"service":"${name}"`)}\n`,
      );
    const outcome = outcomeOf(attacked);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.findings.map(({ code }) => code)).toContain("text_contradicts");
  });
  test("gives each record of a stream another service", () => {
    const attacked = victim();
    const line = lineWith(attacked, () => {}, 7);
    evil(
      attacked,
      many(1000, (at) => `${line.replace('"service":"trainer"', `"service":"s${at}"`)}\n`),
    );
    const outcome = outcomeOf(attacked);
    expect(outcome.exitCode).toBe(1);
    expect(new Set(outcome.findings.map(({ code }) => code))).toEqual(
      new Set(["text_contradicts"]),
    );
  });
});
