/**
 * What verification says, word for word, of the journals in the tables that both verifiers share: sealed
 * ones that somebody changed, and streams whose own key signed something odd. The verdicts are those of
 * the tables; the rest is in the snapshot, whose codes and records the verifier in Python gives as well.
 */
import { relative } from "node:path";
import { expect, test } from "vitest";
import { decodeJsonLine } from "../../src/format/index.ts";
import { decodeKey } from "../../src/seal/portable.ts";
import {
  type Finding,
  gapsOf,
  type VerificationReport,
  verifyFiles,
} from "../../src/verify/index.ts";
import { BROKEN, UNSOUND } from "../support/broken-checkpoints.ts";
import { CARRIED } from "../support/carried-histories.ts";
import { CLAIMS } from "../support/claim-cases.ts";
import { EDGE_ATTACKS, EDGE_HISTORIES, NO_VIEWS } from "../support/edge-cases.ts";
import { EDGE_FILES } from "../support/edge-files.ts";
import { ATTACKS } from "../support/journal-attacks.ts";
import { directoryOf, directoryWith, viewsOf } from "../support/journal-directory.ts";
import { HISTORIES, journalOf } from "../support/key-histories.ts";
import { OPENINGS } from "../support/opening-histories.ts";
import { ROTATIONS } from "../support/rotation-histories.ts";
import { STREAMS } from "../support/sealed-journal.ts";
import { TEXT_OF } from "../support/stored-forms.ts";
import { TELLING } from "../support/telling-histories.ts";

/** The verdict of a directory; what else is said of it must be what the snapshot has. */
async function verdictOf(directory: string, trusted: readonly string[] = []): Promise<string> {
  const publicKeys = trusted.flatMap((line) => decodeKey(line) ?? []);
  const report = await verifyFiles([directory], { publicKeys });
  expect(linesOf(report, directory)).toMatchSnapshot();
  return report.verdict;
}

/** A report in lines; streams are A, B and C. */
function linesOf(report: VerificationReport, directory: string): string {
  const { records, streams, findings, headline, exitCode, trust, redactions } = report;
  const { gaps, calls, unlisted } = report;
  const keys = report.keys.map(({ key: _line, ...key }) => key);
  const lines = [
    headline,
    JSON.stringify({ exitCode, trust, ...records, redactions, unlisted, keys }),
    ...streams.map(({ until: _time, head, ...stream }) =>
      JSON.stringify({ ...stream, head: head?.size }),
    ),
    `gaps: ${gapsOf(report).headline}`,
    ...[...gaps, ...calls].map((one) => JSON.stringify(one)),
    ...findings.map((finding) => JSON.stringify(placed(finding, directory))),
  ];
  return STREAMS.reduce(
    (whole, stream, at) => whole.replaceAll(stream, "ABC"[at] ?? ""),
    lines.join("\n").replaceAll(`${directory}/`, ""),
  );
}

function placed({ file, ...finding }: Finding, directory: string): object {
  return file === undefined ? finding : { ...finding, file: relative(directory, file) };
}

test.each([...ATTACKS, ...BROKEN, ...EDGE_ATTACKS])(
  "the sealed journals, with %s",
  async (_name, journal, verdict) => {
    expect(await verdictOf(directoryOf(journal()))).toBe(verdict);
  },
);

test.each([...HISTORIES, ...OPENINGS, ...UNSOUND, ...EDGE_HISTORIES, ...TELLING])(
  "of a stream with its key: %s",
  async (_name, write, verdict) => {
    expect(await verdictOf(directoryOf(journalOf(write)))).toBe(verdict);
  },
);

test.each(CLAIMS)("claims: %s", async (_name, journal, verdict) => {
  expect(await verdictOf(directoryOf(journal()))).toBe(verdict);
});

test.each(["json-lines", "otlp", "victorialogs", "loki"] as const)(
  "a purge is believed in the form %s",
  async (form) => {
    const [, journal] = CLAIMS.find(([name]) => name === "a purge of the first record") ?? [];
    const records = Object.values(journal?.() ?? {}).flatMap((lines) => lines.map(decodeJsonLine));
    const report = await verifyFiles([directoryWith({ "records.json": TEXT_OF[form](records) })]);
    expect([report.exitCode, report.records]).toMatchObject([0, { proven: 4, purged: 1 }]);
  },
);

test.each([...NO_VIEWS, ...EDGE_FILES])("%s", async (_name, files, verdict) => {
  expect(await verdictOf(directoryWith(files()))).toBe(verdict);
});

test.each(CARRIED)("leaves carried again: $name", async ({ write, journal }) => {
  expect(await verdictOf(directoryOf(journalOf(write)))).toBe(journal.verdict);
});

test.each(CARRIED)("views of leaves carried again: $name", async ({ write, views }) => {
  expect(await verdictOf(viewsOf(journalOf(write)))).toBe(views.verdict);
});

test.each(ROTATIONS)(
  "rotations: $name, trusted: $trusted.length",
  async ({ write, trusted, verdict }) => {
    expect(await verdictOf(directoryOf(journalOf(write)), trusted)).toBe(verdict);
  },
);
