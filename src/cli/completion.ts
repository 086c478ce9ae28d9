/** Shell completion: a script for the shell, and the answers that the script asks for. */
import { Argument, Command } from "commander";

/** What the script of {@link completionCommand} calls. */
const ANSWERS = "complete";
const NAME = "completion";
const SHELLS = ["bash", "zsh", "fish"];

const HELP = `
Prints a script for the shell; it asks otel-audit itself for what may follow, so it need not be made again
for a new version.

Examples:
  bash:  source <(otel-audit completion bash)        in ~/.bashrc, behind the package bash-completion
  zsh:   source <(otel-audit completion zsh)         in ~/.zshrc, behind compinit
  fish:  otel-audit completion fish > ~/.config/fish/completions/otel-audit.fish

Exit: 0; 2 wrong usage.`;

/** Whether the arguments ask for a script, or for what may follow. */
export function isCompletion([, , first]: readonly string[]): boolean {
  return first === ANSWERS || first === NAME;
}

/** `otel-audit completion`, for the help of the program. */
export function completionCommand(): Command {
  return new Command(NAME)
    .description("print a completion script for bash, zsh or fish")
    .addArgument(new Argument("<shell>", "whose").choices(SHELLS))
    .addHelpText("after", HELP)
    .action(async (shell: string) => {
      process.stdout.write(await scriptOf(shell));
    });
}

/** The words of a query have colons in them, which the shells take for something else. */
const MENDED: Readonly<Record<string, readonly (readonly [wrong: string, right: string])[]>> = {
  // Of readline's words, what stands behind the last colon is completed.
  bash: [
    [
      'COMPREPLY=( $(compgen -W "${completions[*]}" -- "$cur") )',
      'COMPREPLY=( $(compgen -W "${completions[*]}" -- "$cur") )\n    __ltrim_colon_completions "$cur"',
    ],
  ],
  // Of _describe's words, what stands behind the first bare colon says what they mean.
  zsh: [["comp=${comp//:/\\:}", "comp=${comp//:/\\\\:}"]],
};

/** The script of a shell: the library prints it, and does not give it. */
async function scriptOf(shell: string): Promise<string> {
  const { script } = await import("@bomb.sh/tab");
  // It prints with console.log alone.
  const printer: { log: (text: string) => void } = globalThis.console;
  const { log } = printer;
  let text = "";
  printer.log = (part) => (text += `${part}\n`);
  try {
    script(shell, "otel-audit", "otel-audit");
  } finally {
    printer.log = log;
  }
  for (const [wrong, right] of MENDED[shell] ?? []) text = text.replace(wrong, () => right);
  return text;
}

/** Answers what may follow some words, of everything that the program has. */
export async function addAnswers(program: Command): Promise<void> {
  const [{ default: tab }, { FIELDS }, { BUILT_IN_ACTIONS, OUTCOMES }] = await Promise.all([
    import("@bomb.sh/tab/commander"),
    import("../read/index.ts"),
    import("../event/index.ts"),
  ]);
  // Its own command for the script has another name: the program has one.
  const root = tab(program, { completionCommandName: `${NAME}-script` });
  const words = [
    ...FIELDS.map(({ name, what }) => [`${name}:`, what] as const),
    ...BUILT_IN_ACTIONS.map(({ name }) => [`action:${name}`, ""] as const),
    ...OUTCOMES.map((outcome) => [`outcome:${outcome}`, ""] as const),
    ...["high", "normal", "low"].map((impact) => [`impact:${impact}`, ""] as const),
  ];
  for (const command of root.commands.values()) {
    if (!command.arguments.has("term")) continue;
    command.argument(
      "term",
      (complete) => words.forEach(([word, what]) => complete(word, what)),
      true,
    );
  }
}
