import { Command, Option } from "commander";
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
import { tableLines } from "./table.ts";

/** The policy is valid and does not fit the service. */
const EXIT_STALE = 1;

interface CheckOptions {
  readonly proto?: readonly string[];
  readonly include?: readonly string[];
  readonly action?: readonly string[];
  readonly output: "table" | "json";
}

const HELP = `
Without --proto the rules are printed as written. With --proto: every method of the files, and what
does not fit them: paths that lead nowhere, enum values that do not exist, rules and exemptions that
match no method, methods that nothing covers. Pass all .proto files of the service, and the policy
before them: --proto, --include and --action take all that follows.

Nothing is opened but the policy: key sets of tokens are not.

Exit: 0 fine; 1 valid, but a path leads nowhere, a value does not exist, a rule or exemption matches
no method, or, under coverage: strict, a method is neither mapped nor exempt; 2 wrong usage or an
invalid policy; 3 a file cannot be read.`;

/** `otel-audit policy …`. */
export function policyCommand(
  print: (line: string) => void,
  warn: (line: string) => void,
): Command {
  const command = new Command("policy").description("audit policies (audit.yaml)");
  command
    .command("check")
    .description("validate an audit policy and show what it makes of every method")
    .argument("[file]", "the audit policy (default: AUDIT_POLICY_FILE, else audit.yaml)")
    .option("--proto <file...>", "the service's .proto files; needs the package protobufjs")
    .option("--include <directory...>", "where imports of the .proto files are looked for")
    .option("--action <name...>", "your own actions, which defineAction makes in the program")
    .addOption(
      new Option("-o, --output <format>", "output format")
        .choices(["table", "json"])
        .default("table"),
    )
    .addHelpText("after", HELP)
    .action(async (file: string | undefined, options: CheckOptions) => {
      const path = file ?? (process.env["AUDIT_POLICY_FILE"] || "audit.yaml");
      if (await checkPolicy(path, options, { print, warn })) process.exitCode = EXIT_STALE;
    });
  return command;
}

interface Lines {
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** Whether the policy is stale. */
async function checkPolicy(
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
    print(
      JSON.stringify(
        { file: path, isRequired, coverage, isStale, methods: rows, findings },
        null,
        2,
      ),
    );
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
