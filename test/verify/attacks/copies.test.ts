/** Somebody edits what a Collector or a backend has. */
import { writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { collectorLines, victoriaLines } from "../../support/attacked-copies.ts";
import {
  EXIT,
  expectVerdict,
  judge,
  openWorkshop,
  type Verdict,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";

const workshop = openWorkshop();
let stream = "";
beforeAll(() => {
  stream = workshop.write();
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, [stream]);

type Change = (lines: readonly string[]) => readonly string[];
const line =
  (number: number, from: string | RegExp, to: string | ((found: string) => string)): Change =>
  (lines) => {
    const before = lines[number - 1] ?? "";
    const after = typeof to === "string" ? before.replace(from, to) : before.replace(from, to);
    if (after === before) throw new Error(`line ${number} stays the same: ${before}`);
    return lines.with(number - 1, after);
  };

/** Verifies a copy alone. */
async function verdictOn(name: string, lines: readonly string[]): Promise<Verdict> {
  const attacked = victim();
  const path = attacked.path(name);
  writeFileSync(path, lines.map((text) => `${text}\n`).join(""));
  return judge(attacked, {}, [path]);
}

type Row = readonly [string, Change, keyof typeof EXIT, readonly string[]];

describe("in a Collector's file", () => {
  const at = (code: string): string => `${code} A.7 audit.jsonl:7`;
  test.each<Row>([
    ["nothing", (lines) => lines, "verified", []],
    ["the order", (lines) => lines.toReversed(), "verified", []],
    ["a line twice", (lines) => [...lines, lines[6] ?? ""], "verified", []],
    [
      "many records in one request",
      (lines) => [lines.slice(0, 6).join(""), ...lines.slice(6)],
      "verified",
      [],
    ],
    ["a line away", (lines) => lines.toSpliced(6, 1), "incomplete", ["records_missing A.7 x1"]],
    [
      "the type of the actor",
      line(7, /("audit.actor.type","value":{"stringValue":)"user"/, '$1"service"'),
      "tampered",
      [at("record_altered")],
    ],
    ["the actor", line(7, '"ann"', '"eve"'), "tampered", [`${at("field_altered")} audit_actor_id`]],
    [
      "the actor, in two types",
      line(7, '{"stringValue":"ann"}', '{"stringValue":"eve","stringvalue":1,"intValue":"7"}'),
      "tampered",
      [at("text_contradicts"), at("text_contradicts"), `${at("field_altered")} audit_actor_id`],
    ],
    ...[
      ["a value", '{"stringValue":"ann"}', '{"stringValue":"ann","string_value":"eve"}'],
      ["a list", '"scopeLogs":', '"scope_logs":[],"scopeLogs":'],
      ["a list of records", '"logRecords":', '"log_records":[],"logRecords":'],
      ["the whole", '"resourceLogs":', '"resource_logs":[{"forged":1}],"resourceLogs":'],
      ["the time", '"timeUnixNano":', '"time_unix_nano":"1","timeUnixNano":'],
      ["an attribute", '"key":"audit.actor.id",', '"key":"audit.actor.id","Value":"eve",'],
      ["the attributes of the resource", '"resource":{', '"resource":{"Attributes":[],'],
    ].map(([what = "", from = "", to = ""]): Row => [
      `${what}, in another writing beside it`,
      line(7, from, to),
      "tampered",
      [at("text_contradicts")],
    ]),
    [
      "lists under their names in the schema",
      line(7, /"(resource|scope)Logs":|"logRecords":/g, (name) =>
        name.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`),
      ),
      "tampered",
      [at("text_contradicts"), at("text_contradicts"), at("text_contradicts")],
    ],
    [
      "a record without an id under such a name",
      line(7, '"scopeLogs":', '"scope_logs":[{"logRecords":[{"body":{}}]}],"scopeLogs":'),
      "tampered",
      [at("text_contradicts"), "line_unreadable audit.jsonl:7"],
    ],
    [
      "the actor twice, first for people",
      line(
        7,
        '"attributes":[{"key":"audit.',
        '"attributes":[{"key":"audit.actor.id","value":{"stringValue":"eve"}},{"key":"audit.',
      ),
      "tampered",
      [at("text_contradicts")],
    ],
    [
      "the event name",
      line(7, /"eventName":"[^"]+"/, '"eventName":"audit.pause"'),
      "tampered",
      [at("text_contradicts")],
    ],
    [
      "the time that stores show",
      line(7, /"timeUnixNano":"\d/, '"timeUnixNano":"2'),
      "tampered",
      [at("text_contradicts")],
    ],
    ...[
      ["a number", "1500000000000000000"],
      ["a text with a zero before it", '"01500000000000000000"'],
      ["a text with a sign before it", '"+1500000000000000000"'],
      ["seconds", '"1500000000"'],
      ["a text that is none", '"yesterday"'],
      ["nothing at all", '"0"'],
      ["a map", '{"low":1,"high":2}'],
    ].map(([what = "", to = ""]): Row => [
      `the time that stores show, into ${what}`,
      line(7, /"timeUnixNano":"\d+"/, `"timeUnixNano":${to}`),
      "tampered",
      [at("text_contradicts")],
    ]),
    [
      "the time that stores show away, as where nobody set it",
      line(7, /"timeUnixNano":"\d+",/, ""),
      "verified",
      [],
    ],
    [
      "the trace",
      line(7, '"logRecords":[{', '"logRecords":[{"traceId":"ffffffffffffffffffffffffffffffff",'),
      "tampered",
      [at("record_altered")],
    ],
    ["the service", line(7, '"trainer"', '"staging"'), "tampered", [at("text_contradicts")]],
    [
      "what the Collector adds to the resource",
      line(
        7,
        '"resource":{"attributes":[',
        '"resource":{"attributes":[{"key":"k8s.pod.name","value":{"stringValue":"p"}},',
      ),
      "verified",
      [],
    ],
    [
      "an attribute that is not sealed",
      line(
        7,
        '"attributes":[{"key":"audit.',
        '"attributes":[{"key":"loki.hint","value":{"stringValue":"p"}},{"key":"audit.',
      ),
      "verified",
      [],
    ],
    [
      "a number as a double",
      line(7, '"ratio","value":{"intValue":1}', '"ratio","value":{"doubleValue":1}'),
      "verified",
      [],
    ],
  ])("%s", async (_name, change, verdict, findings) => {
    const lines = change(collectorLines(victim().lines(victim().journal())));
    expectVerdict(await verdictOn("audit.jsonl", lines), verdict, findings);
  });
});

describe("in what VictoriaLogs answers", () => {
  const at = (code: string): string => `${code} A.7 logs.jsonl:7`;
  test.each<Row>([
    ["nothing", (lines) => lines, "verified", []],
    ["a line away", (lines) => lines.toSpliced(6, 1), "incomplete", ["records_missing A.7 x1"]],
    [
      "the type of the actor",
      line(7, '"audit.actor.type":"user"', '"audit.actor.type":"service"'),
      "tampered",
      [at("record_altered")],
    ],
    [
      "the actor",
      line(7, '"audit.actor.id":"ann"', '"audit.actor.id":"eve"'),
      "tampered",
      [`${at("field_altered")} audit_actor_id`],
    ],
    [
      "the actor into a list, which is no text there",
      line(7, '"audit.actor.id":"ann"', '"audit.actor.id":["eve"]'),
      "tampered",
      [at("text_contradicts"), "salt_left x1"],
    ],
    [
      "the actor into a number",
      line(7, '"audit.actor.id":"ann"', '"audit.actor.id":42'),
      "tampered",
      [at("text_contradicts"), "salt_left x1"],
    ],
    [
      "a leaf of the body into a map",
      line(7, '"after.lr":"0.01"', '"after.lr":{"lr":5}'),
      "tampered",
      [at("text_contradicts"), "salt_left x1"],
    ],
    [
      "a leaf of the body",
      line(7, '"after.lr":"0.01"', '"after.lr":"5"'),
      "tampered",
      [`${at("field_altered")} after_lr`],
    ],
    [
      "a change that was not there",
      line(7, '"after.lr":', '"after.epochs":"5","after.lr":'),
      "tampered",
      [at("text_contradicts")],
    ],
    [
      "the time that people see",
      line(7, '"_time":"2', '"_time":"3'),
      "tampered",
      [at("text_contradicts")],
    ],
    [
      "the time that people see, into another form",
      line(7, /"_time":"\d+-\d+-\d+T/, '"_time":"yesterday, '),
      "tampered",
      [at("text_contradicts")],
    ],
    [
      "the service",
      line(7, '"service.name":"trainer"', '"service.name":"staging"'),
      "tampered",
      [at("text_contradicts")],
    ],
    [
      "the seal away",
      line(7, /"audit.integrity.fields":"[^"]*",/, ""),
      "tampered",
      [
        at("record_altered"),
        at("text_contradicts"),
        at("text_contradicts"),
        at("text_contradicts"),
        at("text_contradicts"),
        at("text_contradicts"),
        at("text_contradicts"),
      ],
    ],
    [
      "a leaf away and its salt left",
      line(7, '"after.lr":"0.01",', ""),
      "verified",
      ["salt_left x1"],
    ],
  ])("%s", async (_name, change, verdict, findings) => {
    const lines = change(victoriaLines(victim().lines(victim().journal())));
    expectVerdict(await verdictOn("logs.jsonl", lines), verdict, findings);
  });
});

test("what one copy has lost, another one has: and each that lies is named", async () => {
  const attacked = victim();
  const lines = attacked.lines(attacked.journal());
  const collector = line(8, '"bob"', '"eve"')(collectorLines(lines)).toSpliced(6, 1);
  writeFileSync(attacked.path("collector.jsonl"), collector.map((text) => `${text}\n`).join(""));
  const backend = line(
    10,
    '"audit.actor.type":"user"',
    '"audit.actor.type":"x"',
  )(victoriaLines(lines));
  writeFileSync(attacked.path("logs.jsonl"), backend.map((text) => `${text}\n`).join(""));
  attacked.rewrite(attacked.journal(), (all) => all.toSpliced(9, 2));
  const verdict = await judge(attacked);
  expectVerdict(verdict, "tampered", [
    "field_altered A.8 collector.jsonl:7 audit_actor_id",
    "record_altered A.10 logs.jsonl:10",
  ]);
  expect(verdict.report.records.missing).toBe(0);
});

describe("in the CSV view", () => {
  const at = (code: string): string => `${code} A.7 audit_log.csv:4`;
  test.each<Row>([
    ["a column", line(4, ",user,", ",service,"), "tampered", [at("record_altered")]],
    ["the status", line(4, ",success,", ",failed,"), "tampered", [at("text_contradicts")]],
    ["the service", line(4, ",trainer,", ",staging,"), "tampered", [at("text_contradicts")]],
    [
      "a redactable column",
      line(4, ",ann,", ",eve,"),
      "tampered",
      [`${at("field_altered")} audit_actor_id`],
    ],
    [
      "names of columns, exchanged",
      line(
        1,
        "actor_id,actor_type,target_type,target_id",
        "target_id,actor_type,target_type,actor_id",
      ),
      "unreadable",
      ["line_unreadable audit_log.csv:1"],
    ],
    ["a cell more", line(4, ",ann,", ",ann,,"), "unreadable", ["line_unreadable audit_log.csv:4"]],
    ["quotes around a cell", line(4, ",ann,", ',"ann",'), "verified", []],
  ])("%s", async (_name, change, verdict, findings) => {
    const attacked = victim();
    attacked.rewrite(attacked.path("audit_log.csv"), (lines) => change(lines));
    expectVerdict(await judge(attacked), verdict, findings);
  });
});
