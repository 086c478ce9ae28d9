import { Command } from "commander";
import type { Lines } from "./lines.ts";
import { addTrail, type TrailOptions } from "./trail-options.ts";

/** What `otel-audit anchor` takes. */
export interface AnchorOptions extends TrailOptions {
  readonly keyFile?: string;
  readonly publicKey?: readonly string[];
  readonly allowIncomplete?: boolean;
}

const HELP = `
Whoever holds the records and can sign could make all of it anew, or delete a stream whole: nothing in the
records would show it. An anchor, kept where the records are not, does: in git, in a mail, in another store.
It is text, about 80 bytes a stream, and says nothing of what was recorded.

Verifies first. Signs with the key of AUDIT_SIGNING_KEY_FILE, else otel-audit/signing-key.pem in
XDG_STATE_HOME or ~/.local/state; never makes one. docs/tour-verify.md has cron lines.

Examples:
  otel-audit anchor ./audit > anchor-$(date +%F).txt
  otel-audit verify ./audit --anchor anchor-2026-11-21.txt --public-key signing-key.pub

Exit: 0 written; 1 tampered: nothing is anchored; 2 wrong usage; 3 no key, or what is to be one is none, or
something is not there or cannot be read; 4 records are missing, or it cannot be told: --allow-incomplete anchors it all the same.`;

/** `otel-audit anchor`. */
export function anchorCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("anchor").description(
    "sign how far each stream has come, to be kept elsewhere",
  );
  return addTrail(command)
    .option("--key-file <path>", "the private key (default: AUDIT_SIGNING_KEY_FILE, see above)")
    .option("--allow-incomplete", "anchor what is there, although records are missing")
    .addHelpText("after", HELP)
    .action(async (paths: readonly string[], options: AnchorOptions) => {
      const { printAnchor } = await import("./anchor-actions.ts");
      await printAnchor(paths, options, { print, warn });
    });
}
