/**
 * A second verifier, written in Python from docs/format.md, says the same as this one: of sealed
 * journals, of a fresh trail with odd values in every form, and of both after somebody changed them.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeJsonLine } from "../../src/format/index.ts";
import { BROKEN, UNSOUND } from "../support/broken-checkpoints.ts";
import { CARRIED } from "../support/carried-histories.ts";
import { CLAIMS } from "../support/claim-cases.ts";
import { EDGE_ATTACKS, EDGE_HISTORIES, NO_VIEWS } from "../support/edge-cases.ts";
import { EDGE_FILES } from "../support/edge-files.ts";
import { text } from "../support/edited-journal.ts";
import { keyOfTest } from "../support/fixed-stream.ts";
import { ATTACKS } from "../support/journal-attacks.ts";
import { directoryOf, directoryWith, viewsOf } from "../support/journal-directory.ts";
import { HISTORIES, journalOf } from "../support/key-histories.ts";
import { writeOddTrail } from "../support/odd-trail.ts";
import { OPENINGS } from "../support/opening-histories.ts";
import { canRunPython, pythonWith } from "../support/python.ts";
import { ROTATIONS } from "../support/rotation-histories.ts";
import { folder } from "../support/sealed-journal.ts";
import { TELLING } from "../support/telling-histories.ts";
import { TEXT_OF } from "../support/stored-forms.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import {
  type PythonVerifier,
  requirements,
  type Said,
  saidHere,
  saidInPython,
  startVerifierInPython,
  writeDeep,
} from "../support/two-verifiers.ts";

const FIRST = keyOfTest(0);
const SECOND = keyOfTest(1);
const MASK = "****";

describe.skipIf(!canRunPython())("the verifier in Python", () => {
  let python = "";
  let other: PythonVerifier | undefined;
  beforeAll(() => {
    python = pythonWith(requirements);
    other = startVerifierInPython(python);
  }, 300_000);
  afterAll(async () => other?.end());

  /** What both say of the files. */
  async function saidByBoth(paths: readonly string[], keys: readonly string[] = []): Promise<Said> {
    const here = await saidHere(paths, keys);
    expect(await other?.say(paths, keys)).toEqual(here);
    return here;
  }
  /** The verdict of both. */
  async function agreed(paths: readonly string[], keys: readonly string[] = []): Promise<string> {
    return (await saidByBoth(paths, keys)).verdict;
  }

  test.each([...ATTACKS, ...BROKEN, ...EDGE_ATTACKS])(
    "the sealed journals, with %s",
    async (_name, journal, verdict) => {
      expect(await agreed([directoryOf(journal())])).toBe(verdict);
    },
  );

  test.each([...HISTORIES, ...OPENINGS, ...UNSOUND, ...EDGE_HISTORIES, ...TELLING])(
    "of a stream with its key: %s",
    async (_name, write, verdict) => {
      expect(await agreed([directoryOf(journalOf(write))])).toBe(verdict);
    },
  );

  test.each(CLAIMS)("claims: %s", async (_name, journal, verdict) => {
    expect(await agreed([directoryOf(journal())])).toBe(verdict);
  });

  test.each([...NO_VIEWS, ...EDGE_FILES])("%s", async (_name, files, verdict) => {
    expect(await agreed([directoryWith(files())])).toBe(verdict);
  });

  test.each(CARRIED)("leaves carried again: $name", async ({ write, journal, views }) => {
    expect(await saidByBoth([directoryOf(journalOf(write))])).toMatchObject(journal);
    expect(await saidByBoth([viewsOf(journalOf(write))])).toMatchObject(views);
  });

  test.each(ROTATIONS)(
    "rotations: $name, trusted: $trusted.length",
    async ({ write, trusted, verdict, findings }) => {
      const said = await saidByBoth([directoryOf(journalOf(write))], trusted);
      expect(said).toMatchObject({ verdict, findings });
    },
  );

  test.each<[name: string, keys: readonly string[], verdict: string]>([
    ["the key, which vouches for the later one", [FIRST.line], "verified"],
    ["the later key alone", [SECOND.line], "tampered"],
    ["both", [FIRST.line, SECOND.line], "verified"],
    ["another one", [keyOfTest(2).line], "tampered"],
  ])("%s is trusted", async (_name, keys, verdict) => {
    expect(await agreed([join(folder, "journal")], keys)).toBe(verdict);
  });

  // The program itself, which exits with a number that must be the one that it prints.
  test.each<[keys: readonly string[], exitCode: number]>([
    [[], 0],
    [[keyOfTest(2).line], 1],
  ])("started by itself with the keys %j: exit code %d", async (keys, exitCode) => {
    const paths = [join(folder, "journal")];
    const said = saidInPython(python, paths, keys);
    expect(said).toEqual(await saidHere(paths, keys));
    expect(said.exitCode).toBe(exitCode);
  });

  test("a key that signs what another one should have signed", async () => {
    const journal = journalOf(({ c }) => c.checkpoint("open"));
    expect(await agreed([directoryOf(journal)], [FIRST.line])).toBe("tampered");
  });

  describe("a fresh trail with odd values", () => {
    let lines: readonly string[] = [];
    let views = { csv: "", json: "" };
    beforeAll(async () => {
      ({ lines, views } = await writeOddTrail());
    });

    /** The forms of it, each in a directory. */
    const files = (): Readonly<Record<string, Readonly<Record<string, string>>>> => {
      const checkpoints = text(lines.filter((line) => line.includes('"kind":"checkpoint"')));
      const records = lines.map(decodeJsonLine);
      return {
        "the journal": { "journal.jsonl": text(lines) },
        OTLP: { "audit.jsonl": records.map((record) => TEXT_OF.otlp([record])).join("") },
        "one OTLP request": { "audit.jsonl": TEXT_OF.otlp(records) },
        "the CSV view": { "audit_log.csv": views.csv, "audit_checkpoints.jsonl": checkpoints },
        "the JSON view": { "audit_log.json": views.json, "audit_checkpoints.jsonl": checkpoints },
        "all of it": {
          "journal.jsonl": text(lines),
          "audit_log.json": views.json,
          "audit_log.csv": views.csv,
          "audit_checkpoints.jsonl": checkpoints,
        },
      };
    };
    const FORMS = [
      "the journal",
      "OTLP",
      "one OTLP request",
      "the CSV view",
      "the JSON view",
      "all of it",
    ];

    function written(form: string, change: (text: string) => string = (whole) => whole): string {
      const directory = temporaryDirectory();
      for (const [name, whole] of Object.entries(files()[form] ?? {})) {
        const isRecords = name !== "audit_checkpoints.jsonl";
        writeDeep(join(directory, name), isRecords ? change(whole) : whole);
      }
      return directory;
    }

    test.each(FORMS)("%s", async (form) => {
      expect(await agreed([written(form)])).toBe("verified");
    });
    test.each(FORMS)("%s, with an edited value", async (form) => {
      const edit = (whole: string): string => whole.replaceAll("plateau", "plateaux");
      expect(await agreed([written(form, edit)])).toBe("tampered");
    });
    test.each(FORMS)("%s, with a masked value", async (form) => {
      const mask = (whole: string): string => whole.replaceAll("plateau", MASK);
      expect(await agreed([written(form, mask)])).toBe("verified");
    });
    test.each(FORMS)("%s, without salts", async (form) => {
      const strip = (whole: string): string =>
        whole.replaceAll(/([",]note:[A-Za-z0-9_-]{43}):[A-Za-z0-9_-]{22}/g, "$1");
      expect(await agreed([written(form, strip)])).toBe("inconclusive");
    });
    test("a view without one of its rows", async () => {
      const cut = (whole: string): string => whole.replace(/^[^\n]*plateau[^\n]*\n/m, "");
      expect(await agreed([written("the CSV view", cut)])).toBe("incomplete");
      expect(await agreed([written("the JSON view", cut)])).toBe("incomplete");
    });
    // Rule 16 asks for no results of checkpoints that are not there.
    test("a view without its beginning, and without the checkpoints of it", async () => {
      const [first = "", last = ""] =
        files()["the CSV view"]?.["audit_checkpoints.jsonl"]?.split("\n") ?? [];
      expect(first).toContain("state open");
      const directory = temporaryDirectory();
      writeDeep(join(directory, "audit_log.csv"), views.csv);
      writeDeep(join(directory, "audit_checkpoints.jsonl"), `${last}\n`);
      expect(await agreed([directory])).toBe("incomplete");
    });
    test("a view without its checkpoints", async () => {
      const directory = temporaryDirectory();
      writeDeep(join(directory, "audit_log.csv"), views.csv);
      expect(await agreed([directory])).toBe("inconclusive");
    });
    test.each<[name: string, file: string, text: string]>([
      ["five columns", "audit_log.csv", "timestamp,action_type,status,details,error\r\n"],
      [
        "five keys",
        "audit_log.json",
        '[\n  {"timestamp":"2026-11-21T09:00:02.123456Z","action_type":"a","status":"success","details":{},"error":null}\n]',
      ],
    ])("a view of %s beside the journal", async (_name, file, view) => {
      const directory = written("the journal");
      writeDeep(join(directory, file), view);
      expect(await agreed([directory])).toBe("verified");
    });
    test.each<[name: string, file: string, text: string | Uint8Array, verdict: string]>([
      ["that is compressed", "more.jsonl", Uint8Array.of(0x1f, 0x8b, 8, 0), "unreadable"],
      ["whose name says that it is compressed", "more.csv.zst", "x", "unreadable"],
      ["of no form", "more.json", "hello\n", "unreadable"],
      ["of white space", "more.json", " \n\n", "verified"],
      ["that was put aside", "more.jsonl.foreign", "hello\n", "verified"],
    ])("a file %s beside the journal", async (_name, file, content, verdict) => {
      const directory = written("the journal");
      writeDeep(join(directory, file), content);
      expect(await agreed([directory])).toBe(verdict);
    });
    test.each(FORMS)("%s, with a mark before it and other line ends", async (form) => {
      const edit = (whole: string): string => `\u{feff}${whole.replaceAll("}\n", "}\r\n")}`;
      expect(await agreed([written(form, edit)])).toBe("verified");
    });
    test("a view whose last row is cut", async () => {
      const cut = (whole: string): string => whole.slice(0, -30);
      expect(await agreed([written("the CSV view", cut)])).toBe("incomplete");
    });
    test.each<[name: string, from: string | RegExp, to: string]>([
      ["another time of the store", /"timeUnixNano":"\d{7}/, '"timeUnixNano":"1234567'],
      [
        "an attribute twice",
        '{"key":"audit.outcome"',
        '{"key":"audit.outcome","value":{"stringValue":"failure"}},{"key":"audit.outcome"',
      ],
      [
        "a value of two types",
        '{"stringValue":"success"}',
        '{"boolValue":true,"stringValue":"success"}',
      ],
      ["another name of the event", '"timeUnixNano"', '"eventName":"audit.other","timeUnixNano"'],
      [
        "a map name twice",
        '{"key":"note"',
        '{"key":"note","value":{"stringValue":"y"}},{"key":"note"',
      ],
    ])("OTLP, with %s", async (_name, from, to) => {
      const directory = written("OTLP", (whole) => whole.replace(from, to));
      expect(await agreed([directory])).toBe("tampered");
    });
  });
});
