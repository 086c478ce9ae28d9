/** Records that say something of other records, and what a verifier makes of them where somebody changed what they say. */
import type { BodyMap } from "../../src/event/index.ts";
import type { RecordParts, SealedRecord, StreamWriter } from "./fixed-stream.ts";
import { type History, result } from "./key-histories.ts";
import { STREAMS } from "./sealed-journal.ts";

const [A] = STREAMS;

const purge: RecordParts = {
  kind: "result",
  action: "retention_purge",
  body: { scope: { segments: [`${A}/1-1: 2-2`] } },
};
const cut: RecordParts = {
  kind: "result",
  action: "audit_file_change",
  body: { file: `journal/${A}/1.jsonl`, change: "truncated" },
};

/** A record with another body, of whose commitments the salts are gone. */
function withoutSalts({ record, leaf }: SealedRecord, body: BodyMap): SealedRecord {
  const fields = String(record.attributes["audit.integrity.fields"]);
  const unsalted = fields.replaceAll(/(:[\w-]{43}):[\w-]{22}/g, "$1");
  if (unsalted === fields) throw new Error("it has no salt");
  const attributes = { ...record.attributes, "audit.integrity.fields": unsalted };
  return { record: { ...record, attributes, body }, leaf };
}

/** A closed stream that has a record twice, and one that says something, perhaps changed. */
function twice(a: StreamWriter, parts: RecordParts, changed?: BodyMap): void {
  a.checkpoint("open");
  a.add(result);
  a.add(parts);
  a.checkpoint("close");
  change(a, changed);
  a.records.push(...a.records.slice(2, 3));
}

/** A closed stream without its third record, and with one that says something, perhaps changed. */
function without(a: StreamWriter, parts: RecordParts, changed?: BodyMap): void {
  a.checkpoint("open");
  a.add(result);
  a.add(parts);
  a.checkpoint("close");
  change(a, changed);
  a.records.splice(2, 1);
}

function change({ records }: StreamWriter, body: BodyMap | undefined): void {
  const [one] = records.slice(3, 4);
  if (one !== undefined && body !== undefined) records.splice(3, 1, withoutSalts(one, body));
}

/** Rules 13 and 16. */
export const TELLING: readonly History[] = [
  ["a record twice where a segment was cut", ({ a }) => twice(a, cut), "verified"],
  [
    "a record twice where a segment was renamed",
    ({ a }) => twice(a, { ...cut, body: { ...cut.body, change: "renamed" } }),
    "tampered",
  ],
  [
    "a record twice where a segment of another stream was cut",
    ({ a }) => twice(a, { ...cut, body: { ...cut.body, file: `journal/${STREAMS[1]}/1.jsonl` } }),
    "tampered",
  ],
  [
    "a record twice where a view was cut",
    ({ a }) => twice(a, { ...cut, body: { ...cut.body, file: "audit_log.csv" } }),
    "tampered",
  ],
  [
    "a record twice, and a cut that was adopted",
    ({ a, b }) => {
      a.checkpoint("open");
      a.add(cut);
      b.checkpoint("open");
      b.adopt(a);
      b.checkpoint("close");
      a.records.push(...a.records.slice(2, 3));
    },
    "inconclusive",
  ],
  [
    "a record twice, and a cut whose file nobody can open",
    ({ a }) => {
      const other = { ...cut.body, file: `journal/${STREAMS[1]}/1.jsonl` };
      twice(a, { ...cut, body: other, redactable: ["file"] }, cut.body);
    },
    "inconclusive",
  ],
  [
    "a record twice, and a cut whose change nobody can open",
    ({ a }) => {
      const other = { ...cut.body, change: "renamed" };
      twice(a, { ...cut, body: other, redactable: ["change"] }, cut.body);
    },
    "inconclusive",
  ],
  [
    "a record twice and once more in a cut stream, changed",
    ({ a }) => {
      twice(a, cut);
      const [one] = a.records.slice(-1);
      if (one !== undefined) a.records.push({ ...one, record: { ...one.record, body: {} } });
    },
    "tampered",
  ],
  // What a record says of deleted ones can be redacted, and then somebody could write anything there.
  [
    "a purge whose segments can be opened",
    ({ a }) => without(a, { ...purge, body: { scope: { segments: [`${A}/1-1: 3-3`] } } }),
    "verified",
  ],
  [
    "a purge whose segments nobody can open",
    ({ a }) => {
      const forged = { scope: { segments: [`${A}/1-1: 3-3`] } };
      without(a, { ...purge, redactable: ["scope_segments"] }, forged);
    },
    "incomplete",
  ],
];
