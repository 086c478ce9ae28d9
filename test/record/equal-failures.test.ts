import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type AuditOptions, createAudit } from "otel-audit";
import { type AuditRecord, readJournal } from "otel-audit/read";
import { createEqualFailures, type Draft, draftOf } from "../../src/record/index.ts";
import { createCatalogue } from "../../src/event/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const NOBODY = { id: "anonymous", authentication: "none" } as const;
const catalogue = createCatalogue([]);

function draft(more: object = {}, extras: object = {}): Draft {
  const event = { action: "pause", actor: NOBODY, error: "no token", ...more };
  const action = catalogue.find(event.action);
  if (action === undefined) throw new Error(`unknown action ${event.action}`);
  return draftOf(event, action, extras);
}

/** What came of so many drafts, with their counts, when the second is over. */
function fold(drafts: readonly Draft[]): { readonly ids: string[]; readonly counts: number[] } {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const emitted: Draft[] = [];
  const emit = (given: Draft): string => `id-${emitted.push(given)}`;
  const failures = createEqualFailures({ emit, lost() {} });
  const ids = drafts.map((given) => failures.emit(given));
  vi.advanceTimersByTime(1000);
  const counts = emitted.map(({ attributes }) => Number(attributes["audit.count"] ?? 1));
  expect(failures.folded() + emitted.length).toBe(drafts.length);
  return { ids, counts };
}

const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

describe("folded", () => {
  test("beyond the first 50 of a second, one record with the count and what the last one had", () => {
    const { ids, counts } = fold(times(200, () => draft()));
    expect(counts).toEqual([...times(50, () => 1), 150]);
    expect(ids.filter((id) => id === "")).toHaveLength(150);
  });

  test("from wherever they come", () => {
    const { counts } = fold(times(60, (at) => draft({ source: { id: `10.0.0.${at}` } })));
    expect(counts).toHaveLength(51);
  });

  test("a single one more is itself", () =>
    expect(fold(times(51, () => draft())).counts).toEqual(times(51, () => 1)));
});

describe("as they are", () => {
  test.each<[string, (at: number) => Draft]>([
    ["with another error text each", (at) => draft({ error: `no token ${at}` })],
    ["with a name", () => draft({ actor: "ann" })],
    ["successes", () => draft({ error: undefined, outcome: "success" })],
    ["closed actions", () => draft({ action: "user_delete", target: { id: "bob" } })],
    ["closed by the rule", () => draft({}, { failure: "closed" })],
    ["with an intent", () => draft({}, { hasIntent: true })],
    ["intents", () => draft({}, { kind: "intent" })],
  ])("%s", (_name, make) => expect(fold(times(80, make)).counts).toHaveLength(80));

  test("more kinds than are counted", () => {
    const { counts } = fold(times(3000, (at) => draft({ error: `no token ${at % 1500}` })));
    expect(counts).toHaveLength(3000);
  });
});

test("a record that the disk refuses is lost with all that it stands for", () => {
  let isFull = false;
  const lost: number[] = [];
  const failures = createEqualFailures({
    emit() {
      if (isFull) throw new Error("disk full");
      return "id";
    },
    lost: (_why, count) => void lost.push(count),
  });
  for (let at = 0; at < 60; at++) failures.emit(draft());
  isFull = true;
  failures.close();
  // The journal counts the one that it refuses itself.
  expect(lost).toEqual([9]);
});

test("record() and the journal: written at close, counted by health", async () => {
  const directory = temporaryDirectory();
  const options: AuditOptions = { directory, format: "journal", policy: { version: 1 } };
  const audit = await createAudit(options);
  const event = { action: "pause", actor: NOBODY, outcome: "denied" } as const;
  const receipts = await Promise.all(times(500, () => audit.record(event)));
  expect(receipts.filter(({ written }) => written)).toHaveLength(50);
  expect(receipts.filter(({ recordId }) => recordId === "")).toHaveLength(450);
  await audit.close();
  // All events, and the lines that stand for them; each line is durable.
  expect(audit.health()).toMatchObject({ recorded: 501, written: 52, synced: 52, lost: 0 });
  const results: AuditRecord[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "record" && entry.record.attributes["audit.record.kind"] === "result")
      results.push(entry.record);
  }
  expect(results).toHaveLength(51);
  expect(results.at(-1)?.attributes).toMatchObject({
    "audit.count": 450,
    "audit.outcome": "denied",
    "audit.actor.id": "anonymous",
  });
});
