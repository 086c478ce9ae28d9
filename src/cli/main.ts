#!/usr/bin/env node
/**
 * The command line. What Node compiles for one command serves the next ones: they start in half the time.
 *
 * An old Node has to come as far as to the message about it: nothing is imported by a name that it lacks.
 */
import nodeModule from "node:module";
import { join } from "node:path";
import { whyNodeIsTooOld } from "../lib/node-version.ts";
import { cacheDirectory } from "./cache-directory.ts";

const problem = whyNodeIsTooOld();
if (problem === undefined) {
  const cache = cacheDirectory(process.env);
  // Where nothing can be written, Node goes on without; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
  if (cache !== undefined) nodeModule.enableCompileCache(join(cache, "compiled"));
  await import("./program.ts");
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}
