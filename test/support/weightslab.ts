/** The published WeightsLab package, as the measure of what is compatible with it. Not a copy: fetched once. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runPython } from "./python.ts";

const VERSION = "2.0.3";
const WHEEL = `weightslab-${VERSION}-py3-none-any.whl`;
const WHEEL_SHA256 = "507dcffc2b76bc8c2a77f943e81511d8434f17d446e7103829fd3f9872479d3d";
const cache = join(import.meta.dirname, "../../.cache/weightslab", WHEEL_SHA256.slice(0, 16));

/**
 * Folder of the unpacked package (`weightslab/backend/audit_logger.py`, `weightslab/proto/…`).
 * Nothing of it is installed; the logger is one file that needs only Python's own library.
 */
export function weightslabPackage(): string {
  if (existsSync(cache)) return cache;
  const fresh = `${cache}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    const download = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-input", "-d", fresh];
    runPython([...download, `weightslab==${VERSION}`]);
    const wheel = join(fresh, WHEEL);
    const digest = createHash("sha256").update(readFileSync(wheel)).digest("hex");
    if (digest !== WHEEL_SHA256) throw new Error(`${WHEEL} has SHA-256 ${digest}`);
    runPython(["-m", "zipfile", "-e", wheel, fresh]);
    rmSync(wheel);
    renameSync(fresh, cache);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another test worker may have been faster.
    if (!existsSync(cache)) throw error;
  }
  return cache;
}
