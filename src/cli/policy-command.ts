import { Command, Option } from "commander";
import type { CheckOptions } from "./policy-actions.ts";

/** The policy is valid and does not fit the service. */
const EXIT_STALE = 1;

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
      // Policies and .proto files take time to load, and only this command needs them.
      const { checkPolicy } = await import("./policy-actions.ts");
      const path = file ?? (process.env["AUDIT_POLICY_FILE"] || "audit.yaml");
      if (await checkPolicy(path, options, { print, warn })) process.exitCode = EXIT_STALE;
    });
  return command;
}
