import { Command } from "commander";
import { type AccessOptions, addPurpose } from "./ask/access.ts";
import type { Lines } from "./lines.ts";
import { addOutput, addTrail, type TrailOptions } from "./trail-options.ts";

/** What `otel-audit inspect` takes. */
export interface InspectOptions extends AccessOptions, TrailOptions {
  readonly publicKey?: readonly string[];
  readonly output: "table" | "json";
}

const HELP = `
Everything between a record and the signature over it, to be followed by hand: fields with their salts
and commitments, the text of the leaf, the way from the leaf to the root, the signed note, and commands that
compute the same with sha256sum. docs/format.md ("Seal") has the rules. Digests are in hex, as sha256sum
prints them, and in base64, as they stand in the records.

Says nothing of other records, and of its stream only whether the checkpoints fit each other: otel-audit verify
does.

Examples:
  otel-audit inspect cJ43xB7KP1x8rM2I.5 ./audit
  otel-audit inspect cJ43xB7KP1x8rM2I.5 ./audit ./copy --public-key signing-key.pub -o json

Exit: 0 proven; 1 a copy of it is not what was signed, it cannot stand where it does, a checkpoint of its
stream contradicts others or has a key that is none of those given, or the only one that covers it cannot be
relied on; 2 wrong usage; 3 no such record, or a path is not there; 4 no checkpoint covers it, a field cannot be
opened, this version does not know all of it, something cannot be read, or there is more of it than is looked at.`;

/** `otel-audit inspect`. */
export function inspectCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = new Command("inspect")
    .description("show how one record is proven, step by step")
    .argument("<record-id>", "as in cJ43xB7KP1x8rM2I.5");
  return addOutput(addPurpose(addTrail(command)))
    .addHelpText("after", HELP)
    .action(async (id: string, paths: readonly string[], options: InspectOptions) => {
      const { inspect } = await import("./inspect-actions.ts");
      await inspect(id, paths, options, { print, warn });
    });
}
