/** What somebody does who writes checkpoints of their own. */
import { hash } from "node:crypto";
import { decodeJsonLine, encodeJsonLine } from "../../src/format/index.ts";
import { toBase64Url } from "../../src/lib/base64.ts";
import { leafOf } from "../../src/seal/index.ts";
import {
  addLeaves,
  type Checkpoint,
  decodeCheckpoint,
  decodeNote,
  encodeKey,
  hashAtOnce,
  NO_LEAVES,
  rootOf,
  type Subtrees,
} from "../../src/seal/portable.ts";
import { encodeCheckpoint } from "../../src/seal/checkpoint.ts";
import { sha256 } from "../../src/seal/sha256.ts";
import { signNote } from "../../src/seal/sign-note.ts";
import { generateSigningKey, type Signer, signerOf } from "../../src/seal/signer.ts";

/** A key of nobody's. */
export function strangersKey(custody: "file" | "memory" = "file"): Signer {
  return signerOf(generateSigningKey(), custody);
}

/** A note that the key signs at once. */
export function signed(signer: Signer, text: string): string {
  const note = signNote(signer, text);
  if (typeof note !== "string") throw new Error("it signs later");
  return note;
}

/** What the checkpoint of a line says; undefined: it has none. */
export function checkpointIn(line: string): Checkpoint | undefined {
  const note = decodeJsonLine(line).attributes["audit.checkpoint.note"];
  if (typeof note !== "string") return undefined;
  const checkpoint = decodeCheckpoint(decodeNote(note)?.text ?? "");
  return typeof checkpoint === "string" ? undefined : checkpoint;
}

/**
 * Lines of one stream, each checkpoint of it made again for what stands before it now.
 *
 * @param change what is to be said otherwise.
 */
export function resigned(
  lines: readonly string[],
  signer: Signer,
  change: (checkpoint: Checkpoint) => Partial<Checkpoint> = () => ({}),
): string[] {
  let covered: Subtrees = NO_LEAVES;
  let carried: { before: Subtrees; leaves: readonly Uint8Array[] } = {
    before: NO_LEAVES,
    leaves: [],
  };
  let leaves: Uint8Array[] = [];
  let previous: string | undefined;
  return lines.map((line) => {
    const record = decodeJsonLine(line);
    const said = checkpointIn(line);
    if (said === undefined) {
      leaves.push(leafOf(record) ?? new Uint8Array());
      return line;
    }
    const after = hashAtOnce(addLeaves(covered, leaves), sha256);
    const root = Uint8Array.from(hashAtOnce(rootOf(after), sha256) ?? []);
    const own = {
      ...said,
      size: after.size,
      root,
      key: encodeKey(signer.key),
      previous,
      begin: covered.size,
    };
    const note = signed(signer, encodeCheckpoint({ ...own, ...change(said) }));
    const { "audit.checkpoint.subtrees": _, ...others } = record.attributes;
    const made = {
      ...record,
      attributes: {
        ...others,
        "audit.checkpoint.note": note,
        "audit.checkpoint.leaves": [...carried.leaves, ...leaves].map(toBase64Url),
        ...(carried.before.roots.length === 0
          ? {}
          : { "audit.checkpoint.subtrees": carried.before.roots.map(toBase64Url) }),
      },
    };
    previous = hash("sha256", note, "base64");
    carried = { before: covered, leaves };
    covered = after;
    leaves = [leafOf(made) ?? new Uint8Array()];
    return encodeJsonLine(made);
  });
}
