import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Says that a directory is ours to empty. */
const MARKER = ".otel-audit-demo";
const MARKER_TEXT =
  "Made by the demo of otel-audit, which empties this directory each time it runs.\n";

/**
 * Makes the directory of a demo, empty but for our marker.
 *
 * @throws Error when there is something in it that no demo made; then nothing is touched.
 */
export function prepareOutputDirectory(directory: string): void {
  const names = namesIn(directory);
  if (names.length > 0 && !names.includes(MARKER)) {
    throw new Error(
      `${directory} holds something that this demo did not make (there is no ${MARKER} in it), so nothing was ` +
        "touched. Move it away, or name another directory: --output DIR",
    );
  }
  for (const name of names) {
    if (name !== MARKER) rmSync(join(directory, name), { recursive: true });
  }
  writeFileSync(join(directory, MARKER), MARKER_TEXT);
}

function namesIn(directory: string): readonly string[] {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return readdirSync(directory);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${directory} cannot be used (${message}): name another one, --output DIR`, {
      cause: error,
    });
  }
}
