import { Command } from "commander";
import type { Lines } from "./quarantine-command.ts";
import { addOutput, addTrail } from "./trail-options.ts";

/** What `otel-audit inspect` takes. */
export interface InspectOptions {
  readonly publicKey?: readonly string[];
  readonly output: "table" | "json";
}

const HELP = `
Everything between a record and the signature over it, to be followed by hand: fields with their salts
and commitments, the text of the leaf, the way from the leaf to the root, the signed note, and commands that
compute the same with sha256sum. docs/format.md ("Seal") has the rules. Digests are in hex, as sha256sum
prints them, and in base64, as they stand in the records.

Says nothing of other records: otel-audit verify does.

Examples:
  otel-audit inspect cJ43xB7KP1x8rM2I.5 ./audit
  otel-audit inspect cJ43xB7KP1x8rM2I.5 ./audit ./copy --public-key signing-key.pub -o json

Exit: 0 proven; 1 a copy of it, or its checkpoint, is not what was signed; 2 wrong usage; 3 no such record,
or something cannot be read; 4 no checkpoint covers it.`;

/** `otel-audit inspect`. */
export function inspectCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("inspect")
    .description("show how one record is proven, step by step")
    .argument("<record-id>", "as in cJ43xB7KP1x8rM2I.5");
  return addOutput(addTrail(command))
    .addHelpText("after", HELP)
    .action(async (id: string, paths: readonly string[], options: InspectOptions) => {
      const { inspect } = await import("./inspect-actions.ts");
      await inspect(id, paths, options, { print, warn });
    });
}
