/** Records of two streams, and their verification as those of one file. */
import { expect } from "vitest";
import type { AttributeValue, AuditRecord } from "../../src/event/index.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { examineBlock } from "../../src/verify/examine-block.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { reportOf, type VerificationReport } from "../../src/verify/report.ts";
import { createVerification } from "../../src/verify/verification.ts";
import { createSeconds, createStreamWriter, keyOfTest } from "./fixed-stream.ts";
import type { Write } from "./key-histories.ts";
import { STREAMS } from "./sealed-journal.ts";

/** What is written of two streams, each begun. */
export function written(write: Write): readonly AuditRecord[] {
  const nextTime = createSeconds();
  const [a, b, c] = STREAMS.map((stream) => createStreamWriter(stream, keyOfTest(0), nextTime));
  if (a === undefined || b === undefined || c === undefined) throw new Error("no streams");
  for (const writer of [a, b]) writer.add({ kind: "start", action: "stream_start" });
  write({ a, b, c });
  return [...a.records, ...b.records].map(({ record }) => record);
}

/** Verifies records in this order. */
export async function verifiedRecords(
  records: readonly AuditRecord[],
  isView = false,
): Promise<VerificationReport> {
  const crypto = createNodeCrypto();
  const verification = createVerification({ crypto });
  const read = records.map((record, at) => ({ record, line: at + 1, doubts: [] }));
  const block = { file: "records", isView, records: read, problems: [] };
  await verification.add(await examineBlock(block, createExaminer(crypto)));
  return reportOf(verification.finish());
}

/** The records, one of them with another attribute. */
export function given(
  records: readonly AuditRecord[],
  id: string,
  more: Readonly<Record<string, AttributeValue>>,
): readonly AuditRecord[] {
  expect(records.map(({ attributes }) => attributes["audit.record.id"])).toContain(id);
  return records.map((record) =>
    record.attributes["audit.record.id"] === id
      ? { ...record, attributes: { ...record.attributes, ...more } }
      : record,
  );
}

/** Code, and record or stream, of each finding. */
export const said = ({ findings }: VerificationReport): readonly string[] =>
  findings.map(({ code, record, stream }) => [code, record ?? stream ?? []].flat().join(" "));
