import {
  checkActor,
  compilePolicy,
  type LoadedPolicy,
  loadPolicyFile,
  readPolicyFile,
} from "../capture/index.ts";
import { createCatalogue, defineAction } from "../event/index.ts";
import { AuditError } from "../lib/errors.ts";
import { checkAgainst, type Finding } from "./policy-check.ts";
import { type MethodRow, rowsAsWritten, rowsOfMethods } from "./policy-rows.ts";
import { readProtoMethods } from "./proto-methods.ts";
import type { Lines } from "./lines.ts";
import { tableLines } from "./table.ts";
import { jsonText } from "../lib/visible-text.ts";

/** Options of `otel-audit policy check`. */
export interface CheckOptions {
  readonly proto?: readonly string[];
  readonly include?: readonly string[];
  readonly action?: readonly string[];
  readonly output: "table" | "json";
}

/**
 * Validates a policy and shows what it makes of every method.
 *
 * @returns whether it is stale.
 * @throws {AuditError} as a rejection: `invalid_policy`, `unreadable`, `invalid_option`.
 */
export async function checkPolicy(
  path: string,
  { proto, include = [], action = [], output }: CheckOptions,
  { print, warn }: Lines,
): Promise<boolean> {
  const loaded = load(path, warn);
  const catalogue = createCatalogue(action.map((name) => defineAction({ name })));
  const policy = compilePolicy(loaded, catalogue, warn);
  checkActor(loaded);
  const methods = proto === undefined ? undefined : await readProtoMethods(proto, include);
  const findings = methods === undefined ? [] : checkAgainst(methods, policy, loaded);
  const rows =
    methods === undefined
      ? rowsAsWritten(loaded, catalogue)
      : rowsOfMethods(
          methods.map(({ name }) => name),
          policy,
          { loaded, catalogue },
        );
  const isStale = findings.some(({ kind }) => kind !== "uncovered" || policy.coverage === "strict");
  if (output === "json") {
    const { isRequired, coverage } = policy;
    print(jsonText({ file: path, isRequired, coverage, isStale, methods: rows, findings }, 2));
  } else {
    printTable(rows, print);
    for (const { place, message } of findings) warn(`${place}: ${message}`);
    warn(`${path} is valid: ${summary(rows, findings)}`);
  }
  return isStale;
}

/** Who may write the file matters where the service starts, not where it is checked. */
function load(path: string, warn: (line: string) => void): LoadedPolicy {
  try {
    return loadPolicyFile(path, warn);
  } catch (error) {
    if (!(error instanceof AuditError) || error.code !== "untrusted_file") throw error;
    warn(`${error.message}; a service would not start with it`);
    return readPolicyFile(path);
  }
}

const HEADING = ["METHOD", "LEVEL", "ACTION", "FAILURE", "WHEN"];

function printTable(rows: readonly MethodRow[], print: (line: string) => void): void {
  const cells = rows.flatMap(({ method, level, actions, exempt, isMapped }) => {
    if (exempt !== undefined) return [[method, level, "-", "-", `exempt: ${exempt}`]];
    return actions.map(({ action, failure, when }, at) => [
      at === 0 ? method : "",
      at === 0 ? level : "",
      action,
      failure,
      when ?? (isMapped ? "always" : "NOT MAPPED"),
    ]);
  });
  tableLines(HEADING, cells, process.stdout).forEach(print);
}

function summary(rows: readonly MethodRow[], findings: readonly Finding[]): string {
  const exempt = rows.filter((row) => row.exempt !== undefined).length;
  const unmapped = rows.filter((row) => !row.isMapped).length;
  const mapped = rows.length - exempt - unmapped;
  return `${mapped} mapped, ${exempt} exempt, ${unmapped} not mapped; ${findings.length === 0 ? "nothing" : findings.length} to mend`;
}
