/** Checkpoints that hold together, as far as chains and ends of streams ask. */
import { toBase64 } from "../../src/lib/base64.ts";
import type { SoundCheckpoint } from "../../src/verify/check-checkpoint.ts";
import { keyOfTest } from "./fixed-stream.ts";
import { plain } from "./plain-checkpoint.ts";

/** The tree of so many records; another one of as many. */
export const rootBytes = (size: number, of = 0): Uint8Array<ArrayBuffer> =>
  new Uint8Array(32).fill(size).fill(of, 31);
/** The same, in base64; undefined: of no records. */
export const rootOf = (size: number, of = 0): string | undefined =>
  size === 0 ? undefined : toBase64(rootBytes(size, of));

/** What is otherwise. */
export type SoundParts = Partial<
  Pick<SoundCheckpoint, "noteHash" | "from" | "rootBefore" | "rootAtBegin"> &
    Pick<SoundCheckpoint["checkpoint"], "state" | "root" | "begin" | "size"> & {
      readonly previous: string | undefined;
      readonly key: number;
    }
>;
/** Checkpoint of ten records with this number: the first one opens, and each carries what the one before does. */
export function sound(number: number, parts: SoundParts = {}): SoundCheckpoint {
  const { size = 10 * number, begin = 10 * (number - 1), key = 0 } = parts;
  const { from = Math.max(0, begin - 10), state = number === 1 ? "open" : "run" } = parts;
  const previous =
    "previous" in parts ? parts.previous : number === 1 ? undefined : `n${number - 1}`;
  const { root = rootBytes(size), noteHash = `n${number}` } = parts;
  return {
    checkpoint: { ...plain, number, size, begin, root, state, previous },
    key: keyOfTest(key).note,
    noteHash,
    from,
    begin,
    leaves: new Uint8Array(),
    rootBefore: "rootBefore" in parts ? parts.rootBefore : rootOf(from),
    rootAtBegin: "rootAtBegin" in parts ? parts.rootAtBegin : rootOf(begin),
    rotations: [],
  };
}
