/** Somebody gives things other names, under which people and programs do not look for them. */
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeCsvRows, decodeJsonLine, encodeCsvRow } from "../../../src/format/index.ts";
import type { AuditRecord } from "../../../src/event/index.ts";
import { collectorLines, victoriaLines } from "../../support/attacked-copies.ts";
import {
  expectVerdict,
  type Flat,
  judge,
  openWorkshop,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";
import { categorizedAnswer, lokiEntries, plainAnswer } from "../../support/loki-export.ts";

const workshop = openWorkshop();
let stream = "";
beforeAll(() => {
  stream = workshop.write();
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, [stream]);

/** A failure is shown as a success of nobody: everything that says otherwise stands under another name. */
function hide(flat: Flat): void {
  const { attributes } = flat;
  attributes["audit_outcome"] = flat["outcome"];
  attributes["exception_message"] = flat["error"];
  attributes["audit.actor_id"] = flat["actor_id"];
  attributes["audit·target·id"] = flat["target_id"];
  Object.assign(flat, { error: null, status: "success" });
  for (const name of ["outcome", "actor_id", "target_id"]) delete flat[name];
}

describe("attributes under names that have the same keys", () => {
  const CONTRADICTS = "text_contradicts A.8 A/1.jsonl:8";
  const rename =
    (column: string, name: string) =>
    (flat: Flat): void => {
      flat.attributes[name] = flat[column];
      delete flat[column];
    };
  test.each<readonly [string, (flat: Flat) => void, readonly string[]]>([
    ["a failure as a success of nobody", hide, Array.from({ length: 4 }, () => CONTRADICTS)],
    ["the actor", rename("actor_id", "audit_actor_id"), [CONTRADICTS]],
    ["the actor, by another sign", rename("actor_id", "audit·actor·id"), [CONTRADICTS]],
    ["the type of the actor", rename("actor_type", "audit.actor_type"), [CONTRADICTS]],
    [
      "what is no column",
      ({ attributes }) => {
        attributes["audit_category"] = attributes["audit.category"];
        delete attributes["audit.category"];
      },
      [CONTRADICTS],
    ],
    [
      "the time, beside it",
      (flat) => void (flat.attributes["audit_time"] = "2020-01-01T00:00:00.000000Z"),
      [CONTRADICTS, "record_altered A.8 A/1.jsonl:8"],
    ],
  ])("%s", async (_name, change, findings) => {
    const attacked = victim();
    attacked.record(8, change);
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", findings);
  });

  test("in the JSON view", async () => {
    const attacked = victim();
    const path = attacked.path("audit_log.json");
    const items = JSON.parse(readFileSync(path, "utf8")) as readonly Flat[];
    const place = items.findIndex(({ sequence }) => sequence === 8);
    const item = items[place];
    if (item === undefined) throw new Error("no such record");
    hide(item);
    writeFileSync(path, `[\n${items.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`);
    const { said, report } = await judge(attacked);
    expect(new Set(said)).toEqual(new Set([`text_contradicts A.8 audit_log.json:${place + 2}`]));
    expect(report.verdict).toBe("tampered");
  });

  test("in the CSV view", async () => {
    const attacked = victim();
    const path = attacked.path("audit_log.csv");
    const [header = ""] = attacked.lines(path);
    const records = decodeCsvRows(readFileSync(path, "utf8").slice(header.length + 1));
    const rows = records.map(({ record }) => encodeCsvRow(hidden(record)));
    writeFileSync(path, `${header}\n${rows.join("")}`);
    const { said, report } = await judge(attacked);
    const place = records.findIndex(
      ({ record }) => record.attributes["audit.sequence.number"] === 8,
    );
    const contradicts = `text_contradicts A.8 audit_log.csv:${place + 2}`;
    expect(said).toEqual([contradicts, contradicts]);
    expect(report.verdict).toBe("tampered");
  });
});

/** The outcome and the actor of the eighth record stand under other names. */
function hidden(record: AuditRecord): AuditRecord {
  const { "audit.outcome": outcome, "audit.actor.id": actor, ...others } = record.attributes;
  if (record.attributes["audit.sequence.number"] !== 8) return record;
  const attributes = { ...others, audit_outcome: outcome ?? "", "audit-actor-id": actor ?? "" };
  return { ...record, attributes };
}

describe("in copies", () => {
  const copy = async (
    name: string,
    change: (journal: readonly string[]) => readonly string[],
  ): Promise<Awaited<ReturnType<typeof judge>>> => {
    const attacked = victim();
    const path = attacked.path(name);
    const lines = change(attacked.lines(attacked.journal()));
    writeFileSync(path, lines.map((text) => `${text}\n`).join(""));
    return judge(attacked, {}, [path]);
  };
  const at8 =
    (from: string, to: string) =>
    (line: string, at: number): string =>
      at === 7 ? line.replace(from, to) : line;

  test.each([
    ["nothing", "audit.outcome", "audit.outcome", []],
    ["the outcome", "audit.outcome", "audit_outcome", ["text_contradicts A.8 copy.jsonl:8"]],
    ["the actor", "audit.actor.id", "audit·actor·id", ["text_contradicts A.8 copy.jsonl:8"]],
  ] as const)("of a Collector and VictoriaLogs: %s", async (_name, from, to, findings) => {
    for (const linesOf of [collectorLines, victoriaLines]) {
      const { said } = await copy("copy.jsonl", (journal) =>
        linesOf(journal).map(at8(`"${from}"`, `"${to}"`)),
      );
      expect(said).toEqual(findings);
    }
  });

  test.each([
    ["as it writes them", "audit_outcome", "audit_outcome", "verified", []],
    [
      "with a sign",
      "audit_outcome",
      "audit·outcome",
      "tampered",
      ["text_contradicts A.8 loki.json:1"],
    ],
  ] as const)("of Loki: names %s", async (_name, from, to, verdict, findings) => {
    for (const answer of [categorizedAnswer, plainAnswer]) {
      const { said, report } = await copy("loki.json", (journal) => {
        const entries = lokiEntries(collectorLines(journal));
        return [answer(entries.map((entry, at) => (at === 7 ? renamed(entry, from, to) : entry)))];
      });
      expect(report.verdict).toBe(verdict);
      expect(said).toEqual(findings);
    }
  });
});

/** An entry of Loki, one name of its metadata changed. */
function renamed(
  entry: ReturnType<typeof lokiEntries>[number],
  from: string,
  to: string,
): ReturnType<typeof lokiEntries>[number] {
  const metadata = Object.fromEntries(
    Object.entries(entry.metadata).map(([name, text]) => [name === from ? to : name, text]),
  );
  return { ...entry, metadata };
}

test("a leaf of the body never has the key of an attribute", async () => {
  const attacked = victim();
  attacked.record(8, (flat) => {
    (flat["details"] as Record<string, unknown>)["audit.outcome"] = flat["outcome"];
    Object.assign(flat, { outcome: undefined, status: "success" });
  });
  expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", [
    "record_altered A.8 A/1.jsonl:8",
  ]);
});

test("what these lines are made of is what the journal holds", () => {
  const attacked = victim();
  const { attributes } = decodeJsonLine(attacked.lines(attacked.journal())[7] ?? "");
  expect(attributes).toMatchObject({ "audit.outcome": "failure", "audit.actor.id": "bob" });
});
