/**
 * Both verifiers say the same of random histories: streams that go on, are forked, restored, adopted and
 * purged, whose checkpoints lie, and whose files somebody changed. `npm run soak -- histories` asks for 15 000.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { linesOf } from "../support/edited-history.ts";
import { filesOf } from "../support/history-files.ts";
import type { History } from "../support/history-steps.ts";
import { canRunPython, pythonWith } from "../support/python.ts";
import { histories } from "../support/random-history.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import {
  type PythonVerifier,
  requirements,
  type Said,
  saidHere,
  startVerifierInPython,
  writeDeep,
} from "../support/two-verifiers.ts";
import { KEYS, seenIn, writtenBy } from "../support/written-history.ts";

const HISTORIES = Number(process.env["AUDIT_TEST_HISTORIES"] ?? 100);
const SEED = Number(process.env["AUDIT_TEST_SEED"] ?? Date.now() % 2 ** 31);
const LIMIT_MILLIS = 6 * 60 * 60 * 1000;

process.stderr.write(
  `otel-audit: histories: ${HISTORIES}, seed ${SEED} (AUDIT_TEST_SEED repeats it)\n`,
);

/** Rules 11 and 14 leave open which checkpoint, and which copy of a record, count; but not the verdict. */
const isOpen = ({ findings }: Said): boolean =>
  findings.some((finding) => /^(?:histories|copies)_differ/.test(finding));

/** What both must agree in. Of journals alone rule 13 leaves two codes open for a copy behind what covers it. */
function shared(said: Said, form: History["form"]): object {
  const { verdict, exitCode, records, findings } = said;
  if (isOpen(said)) return { verdict, exitCode, isOpen: true };
  const codes = findings.map((finding) =>
    form === "journal"
      ? finding.replace(/^record_(?:altered|inserted) /, "record_altered or inserted ")
      : finding,
  );
  return { verdict, exitCode, records, findings: [...new Set(codes)].toSorted() };
}

describe.skipIf(!canRunPython())("both verifiers", () => {
  let other: PythonVerifier | undefined;
  beforeAll(() => {
    other = startVerifierInPython(pythonWith(requirements));
  }, 300_000);
  afterAll(async () => other?.end());

  test(
    "say the same of random histories",
    async () => {
      const directory = temporaryDirectory();
      const verdicts = new Map<string, number>();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(histories, async (history) => {
          const { steps, edits, form, trusted, anchors } = history;
          const written = writtenBy({ steps });
          const place = join(directory, String(++run));
          for (const [name, text] of Object.entries(filesOf(linesOf(written, edits), history)))
            writeDeep(join(place, name), text);
          const keys = trusted.flatMap((at) => KEYS[at]?.line ?? []);
          const seen = seenIn(written, anchors);
          const here = await saidHere([place], keys, seen);
          const there = await other?.say([place], keys, seen);
          rmSync(place, { recursive: true });
          expect(there && shared(there, form)).toEqual(shared(here, form));
          const name = isOpen(here) ? "left open" : here.verdict;
          verdicts.set(name, (verdicts.get(name) ?? 0) + 1);
        }),
        { numRuns: HISTORIES, seed: SEED },
      );
      process.stderr.write(`otel-audit: histories: ${JSON.stringify([...verdicts])}\n`);
    },
    LIMIT_MILLIS,
  );
});
