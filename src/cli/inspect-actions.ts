/** What `otel-audit inspect` does; loaded when it runs. */
import { styleText } from "node:util";
import {
  type Digest,
  type InspectedCheckpoint,
  type InspectedField,
  type Inspection,
  inspectRecord,
} from "../verify/index.ts";
import { recordAccess } from "./ask/access.ts";
import { readPublicKeys } from "./evidence.ts";
import type { InspectOptions } from "./inspect-command.ts";
import type { Lines } from "./lines.ts";
import { handCommands, printable } from "./shell-text.ts";
import { tableLines } from "./table.ts";
import { pathsOrDefault } from "./default-paths.ts";
import { jsonText } from "../lib/visible-text.ts";

/** Looks for the record, prints how it is proven, and sets the exit code. */
export async function inspect(
  id: string,
  given: readonly string[],
  options: InspectOptions,
  { print, warn }: Lines,
): Promise<void> {
  const publicKeys = readPublicKeys(options.publicKey ?? [], warn);
  const paths = pathsOrDefault(
    [...(options.trail ?? []), ...given],
    "nowhere to look for the record",
  );
  const inspection = await inspectRecord(id, paths, { publicKeys });
  const count = inspection.copies.length > 0 ? 1 : 0;
  await recordAccess({ scope: ["inspect", id], count }, { ...options, trail: paths });
  process.exitCode = inspection.exitCode;
  const commands = handCommands(inspection);
  if (options.output === "json") return print(jsonText({ ...inspection, commands }, 2));
  for (const line of inspectionLines(inspection)) print(line);
  if (commands.length === 0) return;
  print("");
  print(title("By hand:"));
  for (const { what, command, prints } of commands) {
    print(`# ${what}`);
    print(command);
    print(`# ${prints}`);
  }
}

/** A value is shown up to here; -o json has all of it. */
const MAX_VALUE = 200;

function* inspectionLines(inspection: Inspection): Generator<string> {
  const { headline, copies, fields, leaf, checkpoint, problems } = inspection;
  yield title(printable(headline));
  if (copies.length > 0) {
    yield "";
    yield* tableLines(["PLACE", "STATE", "WHAT IS WRONG"], copies.map(copyRow), process.stdout);
  }
  for (const problem of problems) yield `problem: ${printable(problem)}`;
  if (fields.length > 0) {
    yield "";
    yield* tableLines(
      ["FIELD", "STATE", "VALUE", "SALT", "COMMITMENT"],
      fields.map(fieldRow),
      process.stdout,
    );
  }
  if (leaf !== null) {
    yield "";
    yield title("Leaf: SHA-256 of this text, in UTF-8; its first byte is shown as \\x00");
    yield `\\x00${printable(leaf.text.slice(1))}`;
    yield* digestLines("", leaf.digest, "base64url");
    if (leaf.signed !== null && leaf.signed.hex !== leaf.digest.hex)
      yield* digestLines("signed is ", leaf.signed, "base64url");
  }
  if (checkpoint !== null) yield* checkpointLines(checkpoint);
}

function* checkpointLines(checkpoint: InspectedCheckpoint): Generator<string> {
  const { size, root, index, path, record, file, line, number, state, time } = checkpoint;
  yield "";
  if (index === null) yield title("Its own note proves it: no checkpoint comes behind it");
  else {
    yield title(`Path: leaf ${index}, counted from 0, of ${size}`);
    if (path.length === 0) yield "the leaf is the root";
    for (const [at, { side, sibling, joined }] of path.entries()) {
      yield* digestLines(
        `${at + 1}. ${side === "left" ? "left of it  " : "right of it "} `,
        sibling,
      );
      yield* digestLines("   both give    ", joined);
    }
    yield* digestLines("root            ", root);
  }
  yield "";
  yield title(
    `Checkpoint ${number}, ${state}, of ${time}: ${record} (${printable(`${file}:${line}`)})`,
  );
  for (const text of checkpoint.note.trimEnd().split("\n")) yield `    ${printable(text)}`;
  const trust = checkpoint.isKeyTrusted;
  const pinned =
    trust === null ? "not pinned: no key was given" : trust ? "trusted" : "NOT one of those given";
  yield `signature: right, with the key ${checkpoint.keyId} that the note names; the key is ${pinned}`;
}

function* digestLines(
  what: string,
  digest: Digest,
  form: "base64" | "base64url" = "base64",
): Generator<string> {
  yield `${what}${digest.hex}  ${digest[form]}`;
}

function copyRow({
  file,
  line,
  state,
  doubts,
  differing,
}: Inspection["copies"][number]): readonly string[] {
  const wrong = [
    ...(differing.length > 0 ? [`differs in ${differing.join(", ")}`] : []),
    ...doubts,
  ];
  return [printable(`${file}:${line}`), state, printable(wrong.join("; "))];
}

function fieldRow({ key, state, value, salt, commitment }: InspectedField): readonly string[] {
  const text = printable((value ?? "").slice(0, MAX_VALUE));
  const isCut = (value ?? "").length > MAX_VALUE;
  return [
    key,
    state,
    isCut ? `${text}…` : text,
    salt ?? "",
    commitment === null ? "" : `${commitment.hex} ${commitment.base64url}`,
  ];
}

function title(text: string): string {
  return styleText("bold", text, { stream: process.stdout });
}
