/** What figures depend on. Nothing that tells whose machine it was. */
import { spawnSync } from "node:child_process";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";

/**
 * One line: processor, cores, memory, kernel, Node, filesystem of the directory, and the load of the
 * last minutes: one that is higher than a benchmark makes it says that the machine did something else.
 */
export function machineLine(directory: string): string {
  const models = cpus().map(({ model }) => model.trim());
  return [
    `${models[0] ?? "unknown processor"}, ${models.length} cores`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${type()} ${release().replace(/-.*/, "")}`,
    `Node ${process.versions.node}`,
    filesystemOf(directory),
    `load ${(loadavg()[1] ?? 0).toFixed(1)}`,
  ].join(" · ");
}

/** The filesystem's type, as `ext4`. */
function filesystemOf(directory: string): string {
  const { stdout } = spawnSync("df", ["--output=fstype", directory], { encoding: "utf8" });
  const name = stdout?.trim().split("\n").at(-1) ?? "unknown filesystem";
  return name === "tmpfs" ? "tmpfs, in memory: syncs cost nothing" : name;
}

/**
 * Milliseconds of single `fdatasync` calls, each after 1 KiB was appended: what the disk itself costs.
 *
 * @param directory where the measured program writes.
 */
export function syncMillis(directory: string, times: number): readonly number[] {
  const folder = mkdtempSync(join(directory, "fdatasync-"));
  const fd = openSync(join(folder, "file"), "a");
  const line = Buffer.alloc(1024, "x");
  const found = Array.from({ length: times }, () => {
    writeSync(fd, line);
    const started = performance.now();
    fdatasyncSync(fd);
    return performance.now() - started;
  });
  closeSync(fd);
  rmSync(folder, { recursive: true });
  return found;
}
