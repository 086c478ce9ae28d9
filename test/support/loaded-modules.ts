import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** URLs of every module that a new process loads with one import. */
export async function modulesLoadedBy(specifier: string): Promise<readonly string[]> {
  const program = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    await import(${JSON.stringify(specifier)});
    console.log(JSON.stringify(loaded));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "-C",
    "@otel-audit/source",
    "--input-type=module",
    "-e",
    program,
  ]);
  return JSON.parse(stdout) as string[];
}
