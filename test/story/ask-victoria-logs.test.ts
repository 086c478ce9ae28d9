/** The same questions, asked of a journal and of the VictoriaLogs that it was shipped to. */
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { describe, expect, test } from "vitest";
import { parseQuery, searchTrail, sourcesOf, victoriaLogsSource } from "../../src/read/index.ts";
import { BUILD_TIMEOUT_MILLIS, whyNoCollector } from "../collector/collector-process.ts";
import { startVictoriaLogs } from "../collector/victoria-logs-process.ts";
import { otelAudit } from "../support/command-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

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

describe.skipIf(skipped !== undefined)("a VictoriaLogs", () => {
  test(
    "answers as the journal does",
    async () => {
      const root = temporaryDirectory();
      const store = await startVictoriaLogs(join(root, "store"));
      const directory = join(root, "audit");
      const audit = await createAudit({
        directory,
        endpoint: store.endpoint,
        protocol: "http/protobuf",
      });
      for (const id of ["ann", "bob", 'a "b" \\ c']) {
        await audit.record({ action: "pause", actor: { id }, details: {} });
        await audit.record({
          action: "hp_change",
          actor: { id },
          target: { type: "experiment", id: "exp-1" },
          before: { learning_rate: 0.1 },
          after: { learning_rate: 0.01 },
          reason: "loss is flat",
        });
        await audit.record({
          action: "checkpoint_restore",
          actor: { id },
          target: { type: "checkpoint", id: "c-7" },
          details: { checkpoint_id: "c-7" },
          error: "no such checkpoint",
        });
      }
      await audit.flush();
      await audit.close();
      // What was taken is visible from then on.
      const url = new URL(store.endpoint).origin;
      await fetch(`${url}/internal/force_flush`);
      const sources = {
        journal: await sourcesOf([join(directory, "journal")]),
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
      await store.stop();
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
