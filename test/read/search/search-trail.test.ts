import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AuditRecord, NO_RESULT } from "../../../src/event/index.ts";
import type { Form } from "../../../src/read/block.ts";
import {
  countTrail,
  matchingRecords,
  parseQuery,
  searchTrail,
  sourcesOf,
  type TrailSource,
} from "../../../src/read/index.ts";
import { askedTrail } from "../../support/asked-trail.ts";
import { TEXT_OF } from "../../support/stored-forms.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { TYPED_QUESTIONS, typedTrail } from "../../support/typed-events.ts";

const FORMS = Object.keys(TEXT_OF) as readonly Form[];
const STREAM = "AbCdEfGhIjKlMnOp";

function fileOf(
  form: Form,
  directory: string = temporaryDirectory(),
  records: readonly AuditRecord[] = askedTrail(),
): string {
  const file = join(directory, `${form}.data`);
  writeFileSync(file, TEXT_OF[form](records));
  return file;
}

async function found(sources: readonly TrailSource[], typed: string): Promise<readonly number[]> {
  const { records, total } = await searchTrail(sources, parseQuery(typed, { zone: "UTC" }));
  expect(records).toHaveLength(total);
  return records.map(({ sequence }) => sequence);
}

/** By sequence, the newest first; what needs the body is not asked of a store that tells it from labels for sealed records alone. */
const QUESTIONS: readonly (readonly [
  typed: string,
  sequences: readonly number[],
  needsBody?: "body",
])[] = [
  ["", [12, 11, 10, 8, 7, 6, 4, 3, 2]],
  ["actor:ann", [10, 8, 7, 2]],
  ["actor:ann,bob -action:pause", [11, 10, 8, 7, 6, 2]],
  ["actor:a*", [12, 10, 8, 7, 2]],
  ["actor.type:service", [4]],
  ["action:permission_change", [6]],
  ["outcome:denied", [6]],
  ["outcome:unknown", [7]],
  ["-outcome:success", [12, 8, 7, 6]],
  ["status:failed", [12, 8, 7, 6]],
  ["impact:HIGH", [6, 2]],
  ["target:ckpt-7", [8]],
  ["target:eve", [7]],
  ["target.type:project", [10]],
  ["project:p-1", [11, 10], "body"],
  ["sample:s-2", [4], "body"],
  ["changed:learning_rate", [2], "body"],
  ["changed:rate", [10], "body"],
  ["changed:limits.rate", [10], "body"],
  ["details.after.learning_rate:0.01", [2], "body"],
  ["snapshot:ckpt-7", [8]],
  ["ticket:T-17 approver:eve", [10]],
  ["permitted:false", [6]],
  ["role:annotator", [6]],
  ["rpc:permission_denied", [6]],
  ["duration:>10", [6]],
  ["trace:0af7651916cd43dd8448eb211c80319c", [8, 2]],
  ["call:QbCdEfGhIjKlMnOp", [6]],
  ["service:trainer -has:target", [12, 11, 4, 3]],
  ["no:target.type has:target", [7]],
  ["created:2026-10-01", [4, 3, 2]],
  ["created:>=2026-10-02", [12, 11, 10, 8, 7, 6]],
  ["created:2026-10-02T08:00:03", [8]],
  ["kind:start", [1]],
  ["kind:gap,start", [9, 1]],
  ["kind:intent", [7, 5]],
  ["error:SPACE kind:gap", [9]],
  ["zürich", [4]],
  ["reason:mislabelled", [4]],
  ["MAY", [6]],
  [NO_RESULT, [7]],
  ["rpc.method:trainer.Experiments/Do", [7, 6]],
  ["record:AbCdEfGhIjKlMnOp.8", [8]],
  ["actor:nobody", []],
];

describe.each(FORMS)("a trail as %s", (form) => {
  test("answers every question as every other form does", async () => {
    const sources = await sourcesOf([fileOf(form)]);
    for (const [typed, sequences, needsBody] of QUESTIONS) {
      // The body of a record that is not sealed cannot be told from labels there.
      if (form === "victorialogs" && needsBody !== undefined) continue;
      const quoted = typed === NO_RESULT ? `"${typed}"` : typed;
      expect({ typed, sequences: await found(sources, quoted) }).toEqual({ typed, sequences });
    }
  });

  test("answers questions of lists, numbers, yes and no, and maps as a journal does", async () => {
    const directory = temporaryDirectory();
    const journal = await sourcesOf([fileOf("json-lines", directory, typedTrail())]);
    const sources = await sourcesOf([fileOf(form, temporaryDirectory(), typedTrail())]);
    for (const typed of TYPED_QUESTIONS) {
      const sequences = await found(journal, typed);
      expect({ typed, sequences: await found(sources, typed) }).toEqual({ typed, sequences });
      expect({ typed, isFound: sequences.length > 0 }).toEqual({ typed, isFound: true });
    }
  });
});

describe("a trail", () => {
  test("in every form at once has each record once", async () => {
    const directory = temporaryDirectory();
    const sources = await sourcesOf(FORMS.map((form) => fileOf(form, directory)));
    expect(await found(sources, "")).toEqual(QUESTIONS[0]?.[1]);
    const { counts, total } = await countTrail(sources, parseQuery(""), [{ field: "actor" }]);
    expect(total).toBe(9);
    expect(
      [...counts.values()].map(({ values, records, events }) => [...values, records, events]),
    ).toEqual(
      expect.arrayContaining([
        ["ann", 4, 4],
        ["bob", 3, 3],
        ["cron", 1, 1],
        ["anonymous", 1, 40],
      ]),
    );
  });

  test("answers the same where its records stand in it several times", async () => {
    const lines = TEXT_OF["json-lines"](askedTrail()).trimEnd().split("\n");
    const once = await sourcesOf([fileOf("json-lines")]);
    const copies = fc.array(fc.integer({ min: 1, max: 3 }), {
      minLength: lines.length,
      maxLength: lines.length,
    });
    const order = fc.constantFrom("newest" as const, "oldest" as const, "read" as const);
    await fc.assert(
      fc.asyncProperty(copies, order, fc.integer({ min: 1, max: 10 }), async (times, by, limit) => {
        const file = join(temporaryDirectory(), "copies.jsonl");
        writeFileSync(
          file,
          lines
            .flatMap((line, at) => Array.from({ length: times[at] ?? 1 }, () => `${line}\n`))
            .join(""),
        );
        const several = await sourcesOf([file]);
        const ask = (of: readonly TrailSource[]): ReturnType<typeof searchTrail> =>
          searchTrail(of, parseQuery(""), { order: by, limit });
        expect(await ask(several)).toEqual(await ask(once));
        const count = (of: readonly TrailSource[]): ReturnType<typeof countTrail> =>
          countTrail(of, parseQuery(""), [{ field: "actor" }]);
        expect(await count(several)).toEqual(await count(once));
      }),
      { numRuns: 60 },
    );
  });

  test("is counted by pieces of time of a zone, and by fields of several values", async () => {
    const sources = await sourcesOf([fileOf("json-lines")]);
    const day = async (zone: string): Promise<unknown> => {
      const { counts } = await countTrail(sources, parseQuery(""), [{ interval: "day", zone }]);
      return Object.fromEntries([...counts].map(([key, { records }]) => [key, records]));
    };
    expect(await day("UTC")).toEqual({ "2026-10-01T00:00:00Z": 3, "2026-10-02T00:00:00Z": 6 });
    expect(await day("Europe/Berlin")).toEqual({
      "2026-10-01T00:00:00+02:00": 2,
      "2026-10-02T00:00:00+02:00": 7,
    });
    const { counts } = await countTrail(sources, parseQuery("has:sample"), [
      { field: "action" },
      { field: "sample" },
    ]);
    expect([...counts.values()].map(({ values }) => values)).toEqual([
      ["sample_discard", "s-1"],
      ["sample_discard", "s-2"],
    ]);
  });

  test("says how many there are beyond a limit, which takes the first of an order", async () => {
    const sources = await sourcesOf([fileOf("json-lines")]);
    const first = async (order: "newest" | "oldest" | "read"): Promise<unknown> => {
      const { records, total } = await searchTrail(sources, parseQuery(""), { order, limit: 2 });
      return [total, ...records.map(({ sequence }) => sequence)];
    };
    expect(await first("newest")).toEqual([9, 12, 11]);
    expect(await first("oldest")).toEqual([9, 2, 3]);
    expect(await first("read")).toEqual([9, 2, 3]);
  });

  test("tells what is no record by file and line, also where nothing of it is asked for", async () => {
    const directory = temporaryDirectory();
    const file = join(directory, "1.jsonl");
    const lines = TEXT_OF["json-lines"](askedTrail()).trimEnd().split("\n");
    const cut = lines[1]?.slice(0, 60) ?? "";
    // The rest of a cut line stands before a whole one, a foreign line between, a cut one at the end.
    writeFileSync(
      file,
      [lines[0], `${cut}${lines[2]}`, "not ours", ...lines.slice(3), cut].join("\n"),
    );
    const sources = await sourcesOf([file]);
    for (const typed of ["", "actor:nobody", "created:>=2030"]) {
      const { problems } = await searchTrail(sources, parseQuery(typed));
      expect(problems.map((problem) => [problem.file, problem.line])).toEqual([
        [file, 2],
        [file, 3],
        [file, 13],
      ]);
    }
    expect(await found(sources, "actor:bob")).toEqual([11, 6, 3]);
  });

  test("is streamed in the order of reading", async () => {
    const sources = await sourcesOf([fileOf("json-lines")]);
    const seen: number[] = [];
    for await (const matching of matchingRecords(sources, parseQuery("")))
      if (matching.kind === "record") seen.push(matching.record.sequence);
    // An action without a result is known for one when everything was read.
    expect(seen).toEqual([2, 3, 4, 6, 8, 10, 11, 12, 7]);
  });

  test("that is rotated between being listed and being read has all of it", async () => {
    const directory = temporaryDirectory();
    const lines = TEXT_OF["json-lines"](askedTrail()).trimEnd().split("\n");
    const file = join(directory, "audit.jsonl");
    const write = (path: string, from: number, until?: number): void =>
      writeFileSync(path, `${lines.slice(from, until).join("\n")}\n`);
    write(join(directory, "audit-1.jsonl"), 0, 4);
    write(file, 4, 9);
    const sources = await sourcesOf([directory]);
    renameSync(file, join(directory, "audit-2.jsonl"));
    write(file, 9);
    expect(await found(sources, "")).toEqual([8, 7, 6, 4, 3, 2]);
    expect(await found(await sourcesOf([directory]), "")).toEqual(QUESTIONS[0]?.[1]);
  });

  test("whose view is replaced meanwhile has it as it is then", async () => {
    const directory = temporaryDirectory();
    const file = join(directory, "audit_log.json");
    writeFileSync(file, TEXT_OF["json-array"](askedTrail().slice(0, 4)));
    const sources = await sourcesOf([directory]);
    writeFileSync(`${file}.tmp`, TEXT_OF["json-array"](askedTrail()));
    renameSync(`${file}.tmp`, file);
    expect(await found(sources, "")).toEqual(QUESTIONS[0]?.[1]);
  });

  test("that ends is read no further", async () => {
    const sources = await sourcesOf([fileOf("json-lines")]);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(searchTrail(sources, parseQuery(""), { signal })).rejects.toThrow("enough");
  });

  test("needs threads when it is large, and answers the same", async () => {
    const directory = temporaryDirectory();
    const files = Array.from({ length: 40 }, (_, at) => {
      const stream = `S${String(at).padStart(15, "0")}`;
      const file = join(directory, `${at}.jsonl`);
      const text = TEXT_OF["json-lines"](askedTrail(stream));
      // Lines that are passed over make it large.
      writeFileSync(file, text + `${" ".repeat(250_000)}\n`);
      return file;
    });
    const sources = await sourcesOf(files);
    const { records } = await searchTrail(sources, parseQuery("outcome:unknown"));
    expect(records.map(({ stream, error }) => [stream.length, error])).toEqual(
      Array.from({ length: 40 }, () => [STREAM.length, NO_RESULT]),
    );
  });
});
