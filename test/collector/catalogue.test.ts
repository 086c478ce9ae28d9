/** Every action of the catalogue through the real Collector: what its files have is what the journal has. */
import { readFile } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Audit, createAudit } from "otel-audit";
import { readJournal } from "otel-audit/read";
import type { AnyEvent, AuditRecord } from "../../src/event/index.ts";
import { CSV_HEADER, decodeCsvRows } from "../../src/format/index.ts";
import { SAMPLE_EVENTS } from "../support/catalogue-events.ts";
import { recordsOfRequest } from "../support/otlp-json.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { eventually } from "./child-process.ts";
import { BUILD_TIMEOUT_MILLIS, startCollector, whyNoCollector } from "./collector-process.ts";

const skipped = whyNoCollector();

describe.skipIf(skipped !== undefined)("the catalogue through the Collector", () => {
  test(
    "every action stands in both files as it stands in the journal",
    async () => {
      const collector = await startCollector({ dir: temporaryDirectory() });
      onTestFinished(async () => {
        await collector.stop();
      });
      const directory = temporaryDirectory();
      const audit = await createAudit({
        directory,
        endpoint: collector.httpEndpoint,
        format: "journal",
        policy: { version: 1 },
      });
      const record = audit.record as (event: AnyEvent) => ReturnType<Audit["record"]>;
      for (const [action, [event]] of Object.entries(SAMPLE_EVENTS)) {
        await record({ ...event, action, actor: "ann" });
      }
      await audit.close();
      const journal = new Map<unknown, AuditRecord>();
      for await (const entry of readJournal(directory)) {
        if (entry.kind === "problem") throw new Error(entry.message);
        const { resource: _resource, ...rest } = entry.record;
        journal.set(entry.record.attributes["audit.record.id"], rest);
      }
      const idOf = ({ attributes }: AuditRecord): unknown => attributes["audit.record.id"];

      const csv = await eventually(async () => {
        const text = await readFile(collector.csvFile, "utf8");
        const rows = decodeCsvRows(text.slice(CSV_HEADER.length)).map((row) => row.record);
        const isWhole = new Set(rows.map(idOf)).size === Object.keys(SAMPLE_EVENTS).length;
        return isWhole ? rows : undefined;
      });
      for (const row of csv) expect(row).toEqual(journal.get(idOf(row)));
      const json = await eventually(async () => {
        const text = await readFile(collector.jsonFile, "utf8");
        const records = text
          .split("\n")
          .filter((line) => line !== "")
          .flatMap((line) => recordsOfRequest(line).map((entry) => entry.record));
        return new Set(records.map(idOf)).size === journal.size ? records : undefined;
      });
      for (const line of json) expect(line).toEqual(journal.get(idOf(line)));
    },
    BUILD_TIMEOUT_MILLIS,
  );
});
