/**
 * What verification says, word for word, of the journals in the tables that both verifiers share: sealed
 * ones that somebody changed, and streams whose own key signed something odd. The verdicts are those of
 * the tables; the rest is in the snapshot, whose codes and records the verifier in Python gives as well.
 */
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { type Finding, verifyFiles } from "../../src/verify/index.ts";
import { BROKEN, UNSOUND } from "../support/broken-checkpoints.ts";
import { type Journal, text } from "../support/edited-journal.ts";
import { ATTACKS } from "../support/journal-attacks.ts";
import { HISTORIES, journalOf } from "../support/key-histories.ts";
import { EDGE_ATTACKS, EDGE_HISTORIES } from "../support/edge-cases.ts";
import { OPENINGS } from "../support/opening-histories.ts";
import { STREAMS } from "../support/sealed-journal.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { writeDeep } from "../support/two-verifiers.ts";

/** The report of journals in a directory, in lines; streams are A, B and C. */
async function saidOf(journal: Journal): Promise<readonly [verdict: string, said: string]> {
  const directory = temporaryDirectory();
  for (const [stream, lines] of Object.entries(journal))
    writeDeep(join(directory, "journal", stream, "1.jsonl"), text(lines));
  const report = await verifyFiles([directory]);
  const { records, streams, findings, verdict, headline, exitCode, trust, redactions } = report;
  const short = (all: string): string =>
    STREAMS.reduce(
      (whole, stream, at) => whole.replaceAll(stream, "ABC"[at] ?? ""),
      all.replaceAll(join(directory, "journal"), ""),
    );
  const lines = [
    headline,
    JSON.stringify({ exitCode, trust, ...records, redactions }),
    ...streams.map(({ until: _time, head, ...stream }) =>
      JSON.stringify({ ...stream, head: head?.size }),
    ),
    ...findings.map((finding) => JSON.stringify(placed(finding, directory))),
  ];
  return [verdict, short(lines.join("\n"))];
}

function placed({ file, ...finding }: Finding, directory: string): object {
  return file === undefined
    ? finding
    : { ...finding, file: relative(join(directory, "journal"), file) };
}

test.each([...ATTACKS, ...BROKEN, ...EDGE_ATTACKS])(
  "the sealed journals, with %s",
  async (_name, journal, verdict) => {
    const [found, said] = await saidOf(journal());
    expect(said).toMatchSnapshot();
    expect(found).toBe(verdict);
  },
);

test.each([...HISTORIES, ...OPENINGS, ...UNSOUND, ...EDGE_HISTORIES])(
  "of a stream with its key: %s",
  async (_name, write, verdict) => {
    const [found, said] = await saidOf(journalOf(write));
    expect(said).toMatchSnapshot();
    expect(found).toBe(verdict);
  },
);
