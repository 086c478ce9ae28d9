/** Records come in any order: the verdict, and what is known of each record, do not depend on it. */
import { describe, expect, test } from "vitest";
import { decodeJsonLine } from "../../src/format/index.ts";
import type { AuditRecord } from "../../src/event/index.ts";
import { reportOf, type VerificationReport } from "../../src/verify/report.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { examineBlock } from "../../src/verify/examine-block.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { createVerification } from "../../src/verify/verification.ts";
import { CARRIED } from "../support/carried-histories.ts";
import { EDGE_HISTORIES } from "../support/edge-cases.ts";
import { HISTORIES, journalOf, type Write } from "../support/key-histories.ts";
import { OPENINGS } from "../support/opening-histories.ts";

const crypto = createNodeCrypto();

/** The report of records in this order. Those that come alone were read from files of their own. */
async function reportIn(records: readonly AuditRecord[]): Promise<VerificationReport> {
  const verification = createVerification({ crypto });
  const examiner = createExaminer(crypto);
  for (const [at, record] of records.entries()) {
    const read = [{ record, line: 1, doubts: [] }];
    const block = { file: `${at}.jsonl`, isView: false, records: read, problems: [] };
    await verification.add(await examineBlock({ ...block, showsAll: true }, examiner));
  }
  return reportOf(verification.finish());
}

/** What must be the same; what is left out of histories that exclude each other may be either of them. */
function same({ verdict, records, streams, findings }: VerificationReport): object {
  if (findings.some(({ code }) => code === "histories_differ")) return { verdict };
  // What many records say of their process is found at the first that was read.
  const said = findings.map(({ code, stream, record, count }) =>
    [code, stream, code === "text_contradicts" ? "" : record, count].join(" "),
  );
  const known = streams.map(({ stream, proven, adopted, size, isClosed, head, until }) =>
    JSON.stringify([stream, proven, adopted, size, isClosed, head, until]),
  );
  return { verdict, records, said: said.toSorted(), known: known.toSorted() };
}

/** Every second one, then the others. */
const combed = <Item>(items: readonly Item[]): readonly Item[] => [
  ...items.filter((_, at) => at % 2 === 1),
  ...items.filter((_, at) => at % 2 === 0),
];
/** A fixed order without any sense in it. */
const mixed = <Item>(items: readonly Item[]): readonly Item[] =>
  items
    .map((item, at) => ({ item, rank: (at * 7919 + 13) % 101 }))
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ item }) => item);
const isCheckpoint = ({ attributes }: AuditRecord): boolean =>
  attributes["audit.record.kind"] === "checkpoint";

const ORDERS: Readonly<Record<string, (all: readonly AuditRecord[]) => readonly AuditRecord[]>> = {
  "from the last to the first": (all) => all.toReversed(),
  "every second one first": combed,
  mixed,
  "checkpoints first": (all) => [
    ...all.filter(isCheckpoint),
    ...all.filter((record) => !isCheckpoint(record)),
  ],
  "checkpoints first, the last one before the others": (all) => [
    ...all.filter(isCheckpoint).toReversed(),
    ...all.filter((record) => !isCheckpoint(record)),
  ],
  "checkpoints last, mixed": (all) => [
    ...all.filter((record) => !isCheckpoint(record)),
    ...mixed(all.filter(isCheckpoint)),
  ],
};

/** All but those of hundreds of records. */
const WRITTEN: readonly (readonly [string, Write])[] = [
  ...CARRIED.map(({ name, write }) => [name, write] as const),
  ...[...HISTORIES, ...EDGE_HISTORIES, ...OPENINGS]
    .filter(([name]) => !/^\d{3} records/.test(name))
    .map(([name, write]) => [name, write] as const),
];

describe.each(Object.keys(ORDERS))("%s", (order) => {
  test.each(WRITTEN)("%s", async (_name, write) => {
    const records = Object.values(journalOf(write)).flat().map(decodeJsonLine);
    const other = ORDERS[order]?.(records) ?? [];
    expect(same(await reportIn(other))).toEqual(same(await reportIn(records)));
  });
});
