/** The same questions, asked of a journal and of the VictoriaLogs that it was shipped to. */
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { describe, expect, test } from "vitest";
import type { AnyEvent } from "../../src/event/index.ts";
import { parseQuery, searchTrail, sourcesOf, victoriaLogsSource } from "../../src/read/index.ts";
import { BUILD_TIMEOUT_MILLIS, whyNoCollector } from "../collector/collector-process.ts";
import { startVictoriaLogs } from "../collector/victoria-logs-process.ts";
import { otelAudit } from "../support/command-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { TYPED_EVENTS, TYPED_QUESTIONS } from "../support/typed-events.ts";

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/story/ask-victoria-logs: ${skipped}\n\n`);

const QUESTIONS = [
  "",
  "actor:ann",
  'actor:"a \\"b\\" \\\\ c"',
  "actor:ann,bob -action:pause",
  "actor:a*",
  "outcome:failure",
  "outcome:unknown",
  "impact:high",
  "target:exp-1",
  "changed:learning_rate",
  '"loss is flat"',
  "created:>=-1h",
  "created:<-1h",
  "kind:start,intent",
  "actor:nobody",
];

/** Of these the catalogue does not say what they are. */
const UNKNOWN_TYPES: ReadonlySet<string> = new Set(["inputs", "threshold", "before", "after"]);

interface Shipped {
  readonly root: string;
  readonly journal: string;
  readonly url: string;
  readonly stop: () => Promise<unknown>;
}

/** Records events, and ships them to a store of their own. */
async function shipped(events: readonly AnyEvent[]): Promise<Shipped> {
  const root = temporaryDirectory();
  const store = await startVictoriaLogs(join(root, "store"));
  const directory = join(root, "audit");
  const audit = await createAudit({
    directory,
    endpoint: store.endpoint,
    protocol: "http/protobuf",
  });
  for (const event of events) await audit.record(event as Parameters<typeof audit.record>[0]);
  await audit.flush();
  await audit.close();
  // What was taken is visible from then on.
  const url = new URL(store.endpoint).origin;
  await fetch(`${url}/internal/force_flush`);
  return { root, journal: join(directory, "journal"), url, stop: () => store.stop() };
}

/** Without the order of rows in the table of a record's details, and what was read, and when. */
function comparable(document: string): string {
  const lines = document
    .split("\n")
    .filter((line) => !/^- \*\*(?:Read from|Made|Command)/.test(line));
  const tables: string[][] = [[]];
  for (const line of lines) {
    const isRow = line.startsWith("| ");
    const open = tables.at(-1);
    if (open !== undefined && isRow === (open[0]?.startsWith("| ") ?? !isRow)) open.push(line);
    else tables.push([line]);
  }
  return tables
    .map((rows) => (rows[0]?.startsWith("| ") ? rows.toSorted() : rows).join("\n"))
    .join("\n");
}

describe.skipIf(skipped !== undefined)("a VictoriaLogs", () => {
  test(
    "has lists, numbers, yes and no where the catalogue says what is one",
    async () => {
      const { root, journal, url, stop } = await shipped(TYPED_EVENTS);
      const sources = { journal: await sourcesOf([journal]), store: [victoriaLogsSource(url)] };
      for (const typed of TYPED_QUESTIONS) {
        const ask = async (of: keyof typeof sources): Promise<readonly string[]> =>
          (await searchTrail(sources[of], parseQuery(typed))).records.map(
            ({ record_id: id }) => id,
          );
        const found = await ask("journal");
        expect({ typed, found: await ask("store") }).toEqual({ typed, found });
        expect({ typed, isFound: found.length > 0 }).toEqual({ typed, isFound: true });
      }
      const details = async (of: keyof typeof sources): Promise<unknown> =>
        (await searchTrail(sources[of], parseQuery(""))).records.map((record) =>
          Object.fromEntries(
            Object.entries(record.details).filter(([name]) => !UNKNOWN_TYPES.has(name)),
          ),
        );
      expect(await details("store")).toEqual(await details("journal"));

      // As docs/answers.md says that a report is made of a store.
      const file = join(root, "records.jsonl");
      const exported = otelAudit(["export", "--from", url, "--all-kinds", "--to", file]);
      expect(exported).toMatchObject({ code: 0, out: "" });
      for (const kind of ["exclusions", "decisions"]) {
        const report = (trail: string): string => {
          const { code, out } = otelAudit(["report", kind, "-t", trail]);
          expect({ kind, code }).toEqual({ kind, code: 0 });
          return comparable(out);
        };
        expect(report(file)).toBe(report(journal));
      }
      const history = (...of: readonly string[]): unknown => {
        const { code, out } = otelAudit([
          "history",
          "s2",
          "--at",
          "2100-01-01",
          ...of,
          "-o",
          "json",
        ]);
        expect(code).toBe(0);
        return JSON.parse(out);
      };
      expect(history("--from", url)).toEqual(history("-t", journal));

      // Where both are asked the journal says what the values were.
      const both = ["--from", url, "-t", journal, "-o", "jsonl"];
      const settings = otelAudit(["query", "action:project_setting_change", ...both]);
      expect(settings.out).toContain(
        '"after":{"limits":{"rate":2.5,"names":["a","b"]},"isOpen":false}',
      );
      await stop();
    },
    BUILD_TIMEOUT_MILLIS,
  );

  test(
    "answers as the journal does",
    async () => {
      const events = ["ann", "bob", 'a "b" \\ c'].flatMap((id): readonly AnyEvent[] => [
        { action: "pause", actor: { id }, details: {} },
        {
          action: "hp_change",
          actor: { id },
          target: { type: "experiment", id: "exp-1" },
          before: { learning_rate: 0.1 },
          after: { learning_rate: 0.01 },
          reason: "loss is flat",
        },
        {
          action: "checkpoint_restore",
          actor: { id },
          target: { type: "checkpoint", id: "c-7" },
          details: { checkpoint_id: "c-7" },
          error: "no such checkpoint",
        },
      ]);
      const { journal, url, stop } = await shipped(events);
      const sources = {
        journal: await sourcesOf([journal]),
        store: [victoriaLogsSource(url)],
      };
      for (const typed of QUESTIONS) {
        const query = parseQuery(typed);
        const ask = async (of: keyof typeof sources): Promise<readonly string[]> =>
          (await searchTrail(sources[of], query)).records.map(
            ({ record_id: id, timestamp, outcome = "" }) => `${id} ${timestamp} ${outcome}`,
          );
        expect({ typed, found: await ask("store") }).toEqual({
          typed,
          found: await ask("journal"),
        });
      }
      const { code, out } = otelAudit([
        "query",
        "--from",
        url,
        "actor:ann",
        "-o",
        "csv",
        "--columns",
        "action,reason",
      ]);
      expect({ code, out }).toEqual({
        code: 0,
        out: "action,reason\ncheckpoint_restore,\nhp_change,loss is flat\npause,\n",
      });
      await stop();
      const away = otelAudit(["query", "--from", url]);
      expect(away).toMatchObject({ code: 3, out: "" });
      expect(away.err).toMatch(/cannot ask http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
    },
    BUILD_TIMEOUT_MILLIS,
  );
});

test("what is no URL", () => {
  const { code, err } = otelAudit(["query", "--from", "./audit"]);
  expect({ code, err }).toEqual({
    code: 2,
    err: 'otel-audit: "./audit" is no URL of a VictoriaLogs: write it as in http://127.0.0.1:9428\n',
  });
});
