/** What is said of one record never is better than what verification says of it. */
import { describe, expect, test } from "vitest";
import {
  type Finding,
  type FindingCode,
  inspectRecord,
  verifyFiles,
} from "../../src/verify/index.ts";
import { recordId } from "../../src/event/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import type { NoteKey } from "../../src/seal/note.ts";
import { BROKEN, UNSOUND } from "../support/broken-checkpoints.ts";
import { CARRIED } from "../support/carried-histories.ts";
import { CLAIMS } from "../support/claim-cases.ts";
import { EDGE_ATTACKS, EDGE_HISTORIES, NO_VIEWS } from "../support/edge-cases.ts";
import { EDGE_FILES } from "../support/edge-files.ts";
import { edited, replace, text } from "../support/edited-journal.ts";
import {
  createSeconds,
  createStreamWriter,
  keyOfTest,
  type StreamWriter,
} from "../support/fixed-stream.ts";
import { type Files, inspect, segments } from "../support/inspected.ts";
import { ATTACKS } from "../support/journal-attacks.ts";
import { directoryOf, directoryWith, viewsOf } from "../support/journal-directory.ts";
import { HISTORIES, journalOf, result } from "../support/key-histories.ts";
import { openingOf, OPENINGS } from "../support/opening-histories.ts";
import { STREAMS } from "../support/sealed-journal.ts";
import { TELLING } from "../support/telling-histories.ts";

const [A] = STREAMS;
/** What verification says of one record alone. */
const OF_A_RECORD: ReadonlySet<FindingCode> = new Set<FindingCode>([
  "record_altered",
  "field_altered",
  "text_contradicts",
  "record_inserted",
  "copies_differ",
  "checkpoint_altered",
  "field_unopenable",
  "field_unexplained",
  "record_unproven",
  "format_unsupported",
]);
/** How many there are of it, or of its like: what each of them says is proven all the same. */
const OF_MANY = /stands twice in its journal|were signed by an adopter alone/;

function concerns({ code, message }: Finding): boolean {
  return OF_A_RECORD.has(code) && !OF_MANY.test(message);
}

/** What verification says of a stream, and so of each of its records. */
function concernsAll({ severity, record, stream }: Finding): boolean {
  return severity === "tampered" && record === undefined && stream !== undefined;
}

async function findingsOf(
  directory: string,
  publicKeys: readonly NoteKey[] = [],
): Promise<readonly Finding[]> {
  const { findings, streams } = await verifyFiles([directory], { publicKeys });
  const records = new Set(findings.filter(concerns).flatMap(({ record }) => record ?? []));
  const whole = new Set(findings.filter(concernsAll).map(({ stream }) => stream));
  for (const { stream, size } of streams) {
    if (!whole.has(stream)) continue;
    for (let sequence = 1; sequence <= size + 1; sequence++)
      records.add(recordId(stream, sequence));
  }
  const said: string[] = [];
  for (const record of records) {
    const { exitCode, headline } = await inspectRecord(record, [directory], { publicKeys });
    if (exitCode === 0) said.push(headline);
  }
  expect(said).toEqual([]);
  return findings;
}
async function check(directory: string): Promise<void> {
  await findingsOf(directory);
}

describe("of no record that verification objects to, inspection says that it is proven", () => {
  test.each([...ATTACKS, ...BROKEN, ...EDGE_ATTACKS, ...CLAIMS])("%s", (_name, journal) =>
    check(directoryOf(journal())),
  );
  test.each([...HISTORIES, ...OPENINGS, ...UNSOUND, ...EDGE_HISTORIES, ...TELLING])(
    "%s",
    (_name, write) => check(directoryOf(journalOf(write))),
  );
  test.each([...NO_VIEWS, ...EDGE_FILES])("%s", (_name, files) => check(directoryWith(files())));
  test.each(CARRIED)("$name", ({ write }) => check(directoryOf(journalOf(write))));
  test.each(CARRIED)("$name, in views", ({ write }) => check(viewsOf(journalOf(write))));
});

/** A stream of somebody with that key, who says that the service has that name. */
function streamOf(key: number, service: string, more: (writer: StreamWriter) => void): string[] {
  const writer = createStreamWriter(A, keyOfTest(key), createSeconds());
  writer.add({ kind: "start", action: "stream_start" });
  writer.checkpoint("open", { opening: openingOf(service) });
  more(writer);
  return writer.records.map(({ record }) => encodeJsonLine(record));
}
const three = (writer: StreamWriter): void => {
  writer.add(result);
  writer.add(result);
  writer.checkpoint("run");
  writer.add(result);
  writer.checkpoint("run");
  writer.add(result);
  writer.checkpoint("close");
};
const forged = (writer: StreamWriter): void => {
  writer.add({ ...result, body: { note: "FORGED" } });
  writer.add(result);
  writer.checkpoint("run");
};

describe("of no record of a stream that two keys have signed, either", () => {
  const own = streamOf(0, "trainer", three);
  const billing = own.map((line, at) =>
    at === 2 ? line.replace('"service":"trainer"', '"service":"billing"') : line,
  );
  const files: readonly (readonly [string, Files])[] = [
    [
      "the service was altered, and a stranger's opening that says the same is read first",
      { "a.jsonl": text(streamOf(1, "billing", () => {})), "b.jsonl": text(billing) },
    ],
    [
      "the same, where the stranger's is read last",
      { "a.jsonl": text(billing), "b.jsonl": text(streamOf(1, "billing", () => {})) },
    ],
    [
      "the beginning was forged, and its checkpoints cover no later record",
      segments({ [A]: [...streamOf(1, "trainer", forged), ...own.slice(5)] }),
    ],
    [
      "the beginning was forged, and the checkpoint that carries the forged leaves again is gone",
      segments({ [A]: [...streamOf(1, "trainer", forged), ...own.slice(5, 6), ...own.slice(7)] }),
    ],
  ];
  test.each(
    files.flatMap((one) => [[...one, []] as const, [...one, [keyOfTest(0).note]] as const]),
  )("%s", async (_name, trail, keys) => {
    const findings = await findingsOf(directoryWith(trail), keys);
    expect(findings.map(({ code }) => code)).toContain("histories_differ");
  });

  test("what the key that was given says of the process counts, whatever is read first", async () => {
    const [[, trail] = ["", {}]] = files;
    expect(await inspect(`${A}.3`, trail, [keyOfTest(0).line])).toMatchObject({
      verdict: "altered",
      headline: `ALTERED ${A}.3: 1 of 1 copy is not what was signed`,
      copies: [{ doubts: ['its service is "billing", and the signed one "trainer"'] }],
      checkpoint: { isKeyTrusted: true },
    });
  });
});

test("what a later version may have added to a record", async () => {
  const added = edited(A, 2, replace('{"', '{"approved_by":"the board","'));
  const findings = await findingsOf(directoryOf(added));
  expect(findings.map(({ code, record }) => [code, record])).toContainEqual([
    "format_unsupported",
    `${A}.2`,
  ]);
  expect(await inspect(`${A}.2`, segments(added))).toMatchObject({
    verdict: "inconclusive",
    exitCode: 4,
    headline: `record ${A}.2 is proven but for keys that this version does not know: "approved_by"`,
  });
  const many = edited(A, 2, replace('{"', `{${"fedcba".replaceAll(/./g, '"$&$&":1,')}"`));
  const { headline } = await inspect(`${A}.2`, segments(many));
  expect(headline).toContain('not know: "aa", "bb", "cc", "dd", "ee" and 1 more');
});
