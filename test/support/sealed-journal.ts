/** The sealed journal of test/vectors/seal, and its verification. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditRecord } from "../../src/event/index.ts";
import { decodeJsonLine } from "../../src/format/index.ts";
import type { NoteKey } from "../../src/seal/note.ts";
import type { VerifyCrypto } from "../../src/verify/crypto.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { examineBlock } from "../../src/verify/examine-block.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { reportOf, type VerificationReport } from "../../src/verify/report.ts";
import { createVerification } from "../../src/verify/verification.ts";

/** Where the vectors are. */
export const folder: string = join(import.meta.dirname, "../vectors/seal");
/** Closed; killed; closed, and the adopter of the second. */
export const STREAMS = ["AbCdEfGhIjKlMnOp", "BbCdEfGhIjKlMnOp", "CbCdEfGhIjKlMnOp"] as const;

/** The lines of a stream. */
export function linesOf(stream: string): string[] {
  const text = readFileSync(join(folder, "journal", stream, "1.jsonl"), "utf8");
  return text.trimEnd().split("\n");
}
/** The records of all streams. */
export const journal = (): AuditRecord[] => STREAMS.flatMap(linesOf).map(decodeJsonLine);

interface Settings {
  readonly publicKeys?: readonly NoteKey[];
  readonly isView?: boolean;
  readonly crypto?: VerifyCrypto;
}

/** Verifies records as those of one file. */
export async function verify(
  records: readonly AuditRecord[],
  { publicKeys = [], isView = false, crypto = createNodeCrypto() }: Settings = {},
): Promise<VerificationReport> {
  const verification = createVerification({ crypto, publicKeys });
  const read = records.map((record, at) => ({ record, line: at + 1, doubts: [] }));
  const block = { file: "journal", isView, records: read, problems: [] };
  await verification.add(await examineBlock(block, createExaminer(crypto)));
  return reportOf(verification.finish());
}

/** Each finding, with its record where it has one. */
export const codesOf = ({ findings }: VerificationReport): readonly string[] =>
  findings.map(({ code, record }) => (record === undefined ? code : `${code} ${record}`));

/** What somebody does to a record. */
export type Edit = (record: AuditRecord) => AuditRecord | readonly AuditRecord[];

/** The records, one of them changed. */
export function edited(id: string, edit: Edit): AuditRecord[] {
  return journal().flatMap((record) =>
    record.attributes["audit.record.id"] === id ? edit(record) : record,
  );
}

/** Another value, or none. */
export const attribute =
  (name: string, value: string | number | undefined): Edit =>
  (record) => {
    const others = Object.entries(record.attributes).filter(([known]) => known !== name);
    const added = value === undefined ? [] : [[name, value] as const];
    return { ...record, attributes: Object.fromEntries([...others, ...added]) };
  };
/** Another part of a value. */
export const replaced =
  (name: string, from: string | RegExp, to: string): Edit =>
  (record) =>
    attribute(name, String(record.attributes[name]).replace(from, to))(record);
