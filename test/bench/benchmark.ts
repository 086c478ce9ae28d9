/** What every benchmark does: options, a directory of its own, printing, writing into docs/benchmarks.md. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { printSection, type Section, writeSection } from "./section.ts";

/** For `parseArgs`; every benchmark has them. */
export const COMMON_OPTIONS = {
  quick: { type: "boolean", default: false },
  directory: { type: "string" },
  write: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** What they mean. */
export const COMMON_HELP = `  --quick           a short run, to see that it works; its figures mean nothing
  --directory DIR   where files are written, on the disk that is measured; default: the temporary
                    directory. What is written there is removed
  --write           also replace the figures in docs/benchmarks.md
  --help`;

/** Values of {@link COMMON_OPTIONS}. */
export interface CommonValues {
  readonly quick: boolean;
  readonly directory?: string | undefined;
  readonly write: boolean;
  readonly help: boolean;
}

/** Where a benchmark works, and whether it is to be short. */
export interface Place {
  /** Absolute path of an empty directory that goes away afterwards. */
  readonly directory: string;
  readonly isQuick: boolean;
}

/** Runs a benchmark in a directory of its own; prints what it finds as soon as it is there, or the help. */
export async function runBenchmark(
  values: CommonValues,
  help: string,
  run: (place: Place) => AsyncIterable<Section>,
): Promise<void> {
  if (values.help) {
    console.log(help);
    return;
  }
  const directory = mkdtempSync(join(resolve(values.directory ?? tmpdir()), "otel-audit-bench-"));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  process.once("exit", remove);
  // The signing key of a benchmark is not that of whoever runs it.
  process.env["XDG_STATE_HOME"] = join(directory, "state");
  for await (const section of run({ directory, isQuick: values.quick })) {
    printSection(section);
    if (values.write) writeSection(section);
  }
}
