import { Command, Option } from "commander";
import type { Lines } from "./lines.ts";

/** What `create` and `rotate` take. */
export interface KeyOptions {
  readonly file?: string;
}

/** What `show` takes. */
export interface ShowOptions extends KeyOptions {
  readonly output: "text" | "json";
  readonly pem?: boolean;
}

const HELP = `
Checkpoints are signed with an Ed25519 key: AUDIT_SIGNING_KEY_FILE, else otel-audit/signing-key.pem
in XDG_STATE_HOME or ~/.local/state, which a service makes on first use. Run these as the user that the
service runs as. The file of public keys lies beside it: <name>.pub.

Examples:
  otel-audit keys show > trainer-keys.pub
  otel-audit keys create --file /etc/trainer/signing-key.pem
  otel-audit keys rotate`;

const SHOW_HELP = `
One line for each key that was ever used there, the newest last; behind one that came after another
stand that other key and what it signed. Never makes a key.

Examples:
  otel-audit keys show
  otel-audit keys show --pem | openssl pkey -pubin -noout -text
  otel-audit keys show -o json | jq -r '.keys[] | select(.current).key'

Exit: 0 shown; 2 wrong usage; 3 no key there, or what is there is none, or one that a service would refuse.`;

const CREATE_HELP = `
The public key goes to stdout. A key that is there stays: rotate replaces it.

Example:
  otel-audit keys create --file /etc/trainer/signing-key.pem > trainer-keys.pub

Exit: 0 made; 2 wrong usage, or something is there; 3 it cannot be written.`;

const ROTATE_HELP = `
The old key signs the new one, and is gone then. The new public key goes to stdout, with the old one and
its signature. Processes that run sign with the old key until they restart.

Example:
  otel-audit keys rotate >> trainer-keys.pub

Exit: 0 rotated; 2 wrong usage; 3 no key there, or what is there is none, or it cannot be replaced.`;

/** `otel-audit keys …`. */
export function keysCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const lines = { print, warn };
  const command = new Command("keys")
    .description("the key that signs checkpoints")
    .addHelpText("after", HELP);
  add(command, "show", "print the public keys, and where they are")
    .addOption(
      new Option("-o, --output <format>", "output format")
        .choices(["text", "json"])
        .default("text"),
    )
    .option("--pem", "print the newest as PEM (SPKI), for other programs")
    .addHelpText("after", SHOW_HELP)
    .action(async (options: ShowOptions) => (await actions()).showKeys(options, lines));
  add(command, "create", "make a key")
    .addHelpText("after", CREATE_HELP)
    .action(async (options: KeyOptions) => (await actions()).createKey(options, lines));
  add(command, "rotate", "replace the key by a new one, which the old one signs")
    .addHelpText("after", ROTATE_HELP)
    .action(async (options: KeyOptions) => (await actions()).rotateKey(options, lines));
  return command;
}

function add(command: Command, name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .option(
      "-f, --file <path>",
      "the private key (default: AUDIT_SIGNING_KEY_FILE, see keys --help)",
    );
}

/** Only these commands need it. */
const actions = (): Promise<typeof import("./keys-actions.ts")> => import("./keys-actions.ts");
