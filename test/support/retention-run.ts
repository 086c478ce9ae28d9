/** Journals of past processes, and runs of retention over them. */
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createRetention } from "../../src/deliver/index.ts";
import type { Purge } from "../../src/deliver/retention/purge.ts";
import type { RetentionRules } from "../../src/deliver/retention/retention-plan.ts";
import { newId } from "../../src/event/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { resultRecord } from "./records.ts";

const HOUR_SECONDS = 60 * 60;
/** A day. */
export const DAY_MILLIS: number = 24 * HOUR_SECONDS * 1000;
/** Rules that delete nothing. */
export const FOR_EVER: RetentionRules = {
  retainMillis: Infinity,
  maxBytes: Infinity,
  isShipping: false,
};

/** Writes a stream with segments of two records each; the last write was so many hours ago. */
export function writeStream(directory: string, segments: number, hoursAgo: number): string {
  const stream = newId();
  const folder = join(directory, "journal", stream);
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(directory, "state"), { recursive: true });
  for (let number = 1; number <= segments; number++) {
    const lines = [2 * number - 1, 2 * number].map((at) =>
      encodeJsonLine(resultRecord(stream, at)),
    );
    const path = join(folder, `${number}.jsonl`);
    writeFileSync(path, `${lines.join("\n")}\n`);
    const seconds = Date.now() / 1000 - hoursAgo * HOUR_SECONDS + number;
    utimesSync(path, seconds, seconds);
  }
  return stream;
}

/** What a run recorded and said. */
export interface Run {
  readonly purges: readonly Purge[];
  readonly lines: readonly string[];
}

/** Runs once, to its end; what is recorded is durable at once. */
export async function run(
  directory: string,
  rules: Partial<RetentionRules>,
  options: { readonly keptViews?: readonly string[]; readonly record?: () => Promise<void> } = {},
): Promise<Run> {
  const purges: Purge[] = [];
  const lines: string[] = [];
  const ended = Promise.withResolvers<void>();
  const retention = createRetention({
    directory,
    ownStream: newId(),
    rules: { ...FOR_EVER, ...rules },
    keptViews: options.keptViews ?? [],
    record: async (purge) => {
      purges.push(purge);
      await options.record?.();
    },
    report: (line) => void lines.push(line),
    firstRunMillis: 0,
    onEnd: ended.resolve,
  });
  onTestFinished(() => retention.close());
  await ended.promise;
  retention.close();
  return { purges, lines };
}

/** File names of a stream that are left. */
export const segmentsOf = (directory: string, stream: string): string[] => {
  const folder = join(directory, "journal", stream);
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
};
/** Their bytes. */
export const bytesOf = (directory: string, stream: string): number =>
  segmentsOf(directory, stream).reduce(
    (sum, file) => sum + statSync(join(directory, "journal", stream, file)).size,
    0,
  );

/** What a JSON view leaves behind of how far it got. */
export function saveView(
  directory: string,
  positions: object,
  file: "view" | "ended" = "view",
): void {
  writeFileSync(
    join(directory, "state", `${file}-json.json`),
    JSON.stringify({ version: 1, size: 0, parts: 0, intents: [], positions }),
  );
}
