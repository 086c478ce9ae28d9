import { join } from "node:path";

/** The command line as its users start it: the tests' global set-up builds it. */
export const COMMAND: string = join(import.meta.dirname, "../../dist/cli/main.js");
