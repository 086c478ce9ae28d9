/** Somebody hides something behind the last record of a file, where a line may be cut. */
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { beforeAll, test } from "vitest";
import { collectorLines } from "../../support/attacked-copies.ts";
import {
  expectVerdict,
  type Flat,
  judge,
  openWorkshop,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";

const workshop = openWorkshop();
let stream = "";
beforeAll(() => {
  stream = workshop.write();
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, [stream]);

/** A line of the journal that says something else, under another number. */
function forged(it: Victim): string {
  const flat = JSON.parse(it.lines(it.journal())[6] ?? "") as Flat;
  return JSON.stringify({
    ...flat,
    action_type: "approve_model",
    record_id: `${stream}.14`,
    sequence: 14,
  });
}
const five = (action: string): string =>
  JSON.stringify({
    timestamp: "",
    action_type: action,
    status: "success",
    details: {},
    error: null,
  });
const append = (it: Victim, name: string, text: string): void =>
  appendFileSync(name === "A/" ? it.journal() : it.path(name), text);
/** A copy of the journal as a Collector has it, and something behind it. */
function collected(it: Victim, text: string): void {
  const lines = collectorLines(it.lines(it.journal()));
  writeFileSync(it.path("copy.jsonl"), lines.map((line) => `${line}\n`).join("") + text);
}
const requestOf = (line: string): string => collectorLines([line])[0] ?? "";

type Row = readonly [string, (it: Victim) => void, "tampered" | "unreadable", readonly string[]];

test.each<Row>([
  [
    "a whole journal line without its end",
    (it) => append(it, "A/", forged(it)),
    "tampered",
    ["record_inserted A.14 A/1.jsonl:13", "records_missing A.13 x1"],
  ],
  [
    "the same behind the rest of a line",
    (it) => append(it, "A/", `{"timestamp":"2026${forged(it)}`),
    "tampered",
    [
      "line_unreadable A/1.jsonl:13",
      "record_inserted A.14 A/1.jsonl:13",
      "records_missing A.13 x1",
    ],
  ],
  [
    "JSON that is no record",
    (it) => append(it, "A/", five("x")),
    "unreadable",
    ["line_unreadable A/1.jsonl:13"],
  ],
  [
    "many lines of junk",
    (it) => append(it, "A/", `${five("a")}\n{"x":1}\nrubbish\nrubbish`),
    "unreadable",
    [13, 14, 15].map((line) => `line_unreadable A/1.jsonl:${line}`),
  ],
  [
    "a whole row without its end",
    (it) => {
      const [, row = ""] = it.lines(it.path("audit_log.csv"));
      append(
        it,
        "audit_log.csv",
        row.replace(/^[^,]*,[^,]*/, "2026-11-21T20:40:00.000000Z,approve_model"),
      );
    },
    "tampered",
    ["record_altered A.3 audit_log.csv:8"],
  ],
  [
    "rows of five cells",
    (it) =>
      append(it, "audit_log.csv", "2026-11-21T20:40:00Z,approve,success,,\n2026,approve,success,,"),
    "unreadable",
    ["line_unreadable audit_log.csv:8"],
  ],
  [
    "items without an id, and no end of the line",
    (it) => {
      const path = it.path("audit_log.json");
      const text = readFileSync(path, "utf8").trimEnd().replace(/\]$/, "");
      writeFileSync(path, `${text},\n${five("approve")},${five("delete")}]`);
    },
    "unreadable",
    ["line_unreadable audit_log.json:9"],
  ],
  [
    "a whole request without its end",
    (it) => collected(it, requestOf(forged(it))),
    "tampered",
    ["record_inserted A.14 copy.jsonl:13", "records_missing A.13 x1"],
  ],
  [
    "a whole request without an id, and without its end",
    (it) => collected(it, requestOf(forged(it)).replace("audit.record.id", "audit.record.no")),
    "unreadable",
    ["line_unreadable copy.jsonl:13"],
  ],
  [
    "a request of many lines that has no end",
    (it) => collected(it, `{"resourceLogs":[\n ${requestOf(forged(it))},`),
    "unreadable",
    ["line_unreadable copy.jsonl:13"],
  ],
])("%s", async (_name, attack, verdict, findings) => {
  const attacked = victim();
  attack(attacked);
  expectVerdict(await judge(attacked), verdict, findings);
});

test.each(["A/", "audit_log.csv", "audit_checkpoints.jsonl", "copy.jsonl"])(
  "what was cut there, or is being written, is none: %s",
  async (name) => {
    const attacked = victim();
    collected(attacked, "");
    const path = name === "A/" ? attacked.journal() : attacked.path(name);
    const bytes = readFileSync(path);
    // The last line of the journal is the closing checkpoint, of which there are other copies.
    const start = bytes.lastIndexOf("\n", bytes.length - 2) + 1;
    for (let size = start; size < bytes.length; size += 97) {
      truncateSync(path, size);
      expectVerdict(await judge(attacked), "verified", []);
      writeFileSync(path, bytes);
    }
    truncateSync(path, bytes.length - 1);
    expectVerdict(await judge(attacked), "verified", []);
  },
);
