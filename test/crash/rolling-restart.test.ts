import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect } from "../../examples/training-service/client.ts";
import { CSV_HEADER, decodeCsvRows } from "../../src/format/index.ts";
import { type Program, startTrainingService } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

async function write(service: Program, name: string, count: number): Promise<string[]> {
  const client = connect(service.ready, { user: "ann", type: "user" });
  const points = Array.from({ length: count }, (_, at) => `${name}-${at}`);
  await Promise.all(
    points.map((point) => client.writeNote({ experiment_id: "exp-1", point_id: point, text: "x" })),
  );
  client.close();
  return points;
}

/** The targets that both views show. */
function shownIn(directory: string): readonly (readonly string[])[] {
  const json = JSON.parse(readFileSync(join(directory, "audit_log.json"), "utf8")) as {
    target_id: string;
  }[];
  const csv = decodeCsvRows(
    readFileSync(join(directory, "audit_log.csv"), "utf8").slice(CSV_HEADER.length),
  );
  return [
    json.map(({ target_id }) => target_id).toSorted(),
    csv.map(({ record }) => String(record.attributes["audit.target.id"])).toSorted(),
  ];
}

test.each(["SIGTERM", "SIGKILL"] as const)(
  "two processes in one directory: the second takes the views over when the first ends by %s",
  async (signal) => {
    const directory = temporaryDirectory();
    const first = await startTrainingService({ AUDIT_LOG_DIR: directory });
    const written = await write(first, "first", 30);
    const second = await startTrainingService({ AUDIT_LOG_DIR: directory });
    const both = await Promise.all([write(first, "first-more", 30), write(second, "second", 30)]);
    written.push(...both.flat());
    await first.end(signal);
    written.push(...(await write(second, "second-more", 30)));
    await expect.poll(() => shownIn(directory)).toEqual([written.toSorted(), written.toSorted()]);
    await second.end("SIGTERM");
    for (const service of [first, second])
      expect(service.output()).not.toContain("cannot be written");
  },
);
