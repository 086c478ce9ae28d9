/** What the first line of a report says: never more than what is below it. */
import { describe, expect, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import type { AnchoredHead } from "../../src/verify/anchor-heads.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { examineBlock } from "../../src/verify/examine-block.ts";
import { SEVERITIES } from "../../src/verify/findings.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { reportOf, type VerificationReport } from "../../src/verify/report.ts";
import { createVerification } from "../../src/verify/verification.ts";
import type { VerificationOptions } from "../../src/verify/verification-options.ts";
import {
  createSeconds,
  createStreamWriter,
  keyOfTest,
  type StreamWriter,
} from "../support/fixed-stream.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const [A, B, C] = STREAMS;
const [FIRST, SECOND, OTHER] = [keyOfTest(0), keyOfTest(1), keyOfTest(2)];
const GIVEN = { publicKeys: [FIRST.note] };

/** Six records: three, each with a checkpoint behind it. `isShort`: what was there before the last two. */
function stream(name: string, key = FIRST, isShort = false): readonly AuditRecord[] {
  const writer: StreamWriter = createStreamWriter(name, key, createSeconds());
  writer.add({ kind: "start", action: "stream_start" });
  writer.checkpoint("open");
  writer.add({ kind: "result", action: "pause" });
  writer.checkpoint("run");
  if (!isShort) {
    writer.add({ kind: "result", action: "pause" });
    writer.checkpoint("close");
  }
  return writer.records.map(({ record }) => record);
}

async function verified(
  records: readonly AuditRecord[],
  options: Partial<VerificationOptions> = {},
  isView = false,
): Promise<VerificationReport> {
  const crypto = createNodeCrypto();
  const verification = createVerification({ crypto, ...options });
  const read = records.map((record, at) => ({ record, line: at + 1, doubts: [] }));
  const block = { file: "records", isView, records: read, problems: [] };
  await verification.add(await examineBlock(block, createExaminer(crypto)));
  return reportOf(verification.finish());
}

async function headOf(name: string): Promise<AnchoredHead> {
  const [summary] = (await verified(stream(name))).streams;
  if (summary?.head === undefined) throw new Error("no head");
  return { stream: name, ...summary.head, signedBy: FIRST.line };
}

describe("an anchor", () => {
  const both = [...stream(A), ...stream(B)];
  const ANCHORED = "with the key given, and as it was anchored";
  test.each<
    readonly [
      name: string,
      records: readonly AuditRecord[],
      anchors: () => Promise<readonly AnchoredHead[]>,
      headline: string,
      trust: string,
      missing: number,
    ]
  >([
    [
      "of all streams",
      both,
      () => Promise.all([headOf(A), headOf(B)]),
      `verified, 12 records in 2 streams, ${ANCHORED}`,
      "anchored",
      0,
    ],
    [
      "of all streams, given twice",
      both,
      () => Promise.all([headOf(A), headOf(A), headOf(B), headOf(B)]),
      `verified, 12 records in 2 streams, ${ANCHORED}`,
      "anchored",
      0,
    ],
    [
      "of one of two",
      both,
      async () => [await headOf(A)],
      "verified, 12 records in 2 streams, with the key given, and 1 of 2 streams as anchored",
      "anchored",
      0,
    ],
    [
      "that differs",
      both,
      async () => [{ ...(await headOf(A)), root: Buffer.alloc(32).toString("base64") }],
      "TAMPERED: 1 finding; of the rest 12 records proven, with the key given",
      "pinned",
      0,
    ],
    [
      "that differs, and one that does not",
      both,
      async () => [
        { ...(await headOf(A)), root: Buffer.alloc(32).toString("base64") },
        await headOf(B),
      ],
      "TAMPERED: 1 finding; of the rest 12 records proven, with the key given",
      "pinned",
      0,
    ],
    [
      "of a stream that is not there",
      stream(B),
      async () => [await headOf(A), await headOf(B)],
      "incomplete: 5 records missing; 6 records in 1 stream proven, with the key given",
      "pinned",
      5,
    ],
    [
      "of a stream that is not there, seen twice",
      stream(B),
      async () => [{ ...(await headOf(A)), size: 3 }, await headOf(A)],
      "incomplete: 5 records missing; 6 records in 1 stream proven, with the key given",
      "pinned",
      5,
    ],
    [
      "of a stream that was cut",
      stream(A, FIRST, true),
      async () => [await headOf(A)],
      "incomplete: 2 records missing; 4 records in 1 stream proven, with the key given",
      "pinned",
      2,
    ],
    [
      "of no checkpoint's size",
      stream(A),
      async () => [{ ...(await headOf(A)), size: 2 }],
      "inconclusive: records without a checkpoint; 6 records in 1 stream proven, with the key given",
      "pinned",
      0,
    ],
    [
      "and nothing else was read",
      [],
      async () => [await headOf(A)],
      "incomplete: 5 records missing; no record was found",
      "none",
      5,
    ],
  ])("%s", async (_name, records, anchors, headline, trust, missing) => {
    const report = await verified(records, { ...GIVEN, anchors: await anchors() });
    expect(report).toMatchObject({ headline, trust, anchored: { missing } });
  });
});

describe("keys", () => {
  test.each<readonly [string, readonly AuditRecord[], string, string]>([
    [
      "the one that signs",
      stream(A),
      "verified, 6 records in 1 stream, with the key given",
      "pinned",
    ],
    [
      "a stranger's",
      stream(A, OTHER),
      "TAMPERED: 1 finding; of the rest 6 records proven, with a key that is none of those given",
      "foreign",
    ],
    [
      "two strangers'",
      [...stream(A, OTHER), ...stream(B, SECOND)],
      "TAMPERED: 2 findings; of the rest 12 records proven, with keys that are none of those given",
      "foreign",
    ],
    [
      "one of three that sign",
      [...stream(A), ...stream(B, SECOND), ...stream(C, OTHER)],
      "TAMPERED: 2 findings; of the rest 18 records proven, with 3 keys, 2 of them none of those given",
      "foreign",
    ],
  ])("%s", async (_name, records, headline, trust) => {
    expect(await verified(records, GIVEN)).toMatchObject({ headline, trust });
  });

  test("none is as it was anchored where somebody else signs too", async () => {
    const records = [...stream(A), ...stream(B, OTHER)];
    const report = await verified(records, { ...GIVEN, anchors: [await headOf(A)] });
    expect(report).toMatchObject({ trust: "foreign" });
    expect(report.headline).not.toContain("anchored");
  });
});

describe("a copy that is not what was signed", () => {
  const records = stream(A);
  const [altered] = records
    .slice(2, 3)
    .map((record) => ({ ...record, body: { ...record.body, note: "another" } }));
  if (altered === undefined) throw new Error("no record");
  const ONE = "TAMPERED: 1 finding; of the rest 5 records proven";

  test.each([
    ["alone", records.toSpliced(2, 1, altered), `${ONE}, with the key given`, 0],
    [
      "beside one that is",
      [...records, altered],
      `${ONE} (6 have a proven copy), with the key given`,
      1,
    ],
    [
      "twice beside one that is",
      [altered, ...records, altered],
      "TAMPERED: 2 findings; of the rest 5 records proven (6 have a proven copy), with the key given",
      1,
    ],
  ])("is none of the rest: %s", async (_, given, headline, contested) => {
    expect(await verified(given, GIVEN)).toMatchObject({ headline, contested });
  });

  test("does not lessen the rest where the time of the record was not asked for", async () => {
    const since = Date.parse(String(records[4]?.attributes["audit.time"]));
    const window = { since, until: Infinity };
    const all = await verified(records, { ...GIVEN, window });
    const report = await verified([...records, altered], { ...GIVEN, window });
    expect(report.records.proven).toBe(all.records.proven);
    expect(report).toMatchObject({ verdict: "tampered", contested: 0 });
  });
});

test("what is missing beside what cannot be read is said in words", async () => {
  const report = reportOf({
    findings: (["line_unreadable", "records_missing", "stream_missing"] as const).map((code) => ({
      code,
      severity: SEVERITIES[code],
      message: "",
    })),
    unlisted: 0,
    unlistedFindings: [],
    streams: (await verified(stream(A))).streams,
    keys: [],
    trust: "pinned",
    anchored: { streams: 0, missing: 5 },
    contested: 0,
    lines: 6,
    redactions: {},
    gaps: [],
    calls: [],
  });
  expect(report.headline).toBe(
    "unreadable: something cannot be read, missing records, a missing stream; 6 records in 1 stream proven, with the key given",
  );
});

describe("checkpoints and nothing else", () => {
  /** Those that begin a stream, as they stand in the view of all checkpoints. */
  const view = [A, B].flatMap((name) => stream(name).slice(1, 2));
  test.each<readonly [string, readonly AuditRecord[], string]>([
    ["one", view.slice(1), "1 checkpoint in 1 stream proves only itself"],
    ["two", view, "2 checkpoints in 2 streams prove only themselves"],
  ])("%s: nothing else is proven", async (_name, records, said) => {
    const { headline, exitCode } = await verified(records, GIVEN, true);
    const why = "no record is covered by a checkpoint";
    expect([exitCode, headline]).toEqual([4, `inconclusive: ${why}; ${said}, with the key given`]);
  });

  test("and what they cover is missing", async () => {
    const { headline } = await verified(stream(A, FIRST, true).slice(-1), GIVEN);
    expect(headline).toBe(
      "incomplete: 2 records missing; 1 checkpoint in 1 stream proves only itself, with the key given",
    );
  });
});
