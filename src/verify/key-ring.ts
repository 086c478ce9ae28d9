import { counted, verbFor } from "../lib/counted.ts";
import { encodeKey, type NoteKey } from "../seal/portable.ts";
import type { Rotation, SoundCheckpoint } from "./check-checkpoint.ts";
import type { FindingCode, FindingParts } from "./findings.ts";

/**
 * How far what was verified can be relied on. `none`: nothing is signed. `log`: the keys come from
 * the log itself, so that it is consistent, but anybody may have written it. `foreign`: keys were given, and
 * one that signs is none of them. `pinned`: all that sign were given, or are vouched for by such. `anchored`:
 * and somebody saw streams earlier, none of which differs from that.
 */
export type Trust = "none" | "log" | "foreign" | "pinned" | "anchored";

/** A key that signed checkpoints. */
export interface UsedKey {
  /** In one line. */
  readonly key: string;
  readonly isTrusted: boolean;
  readonly streams: number;
  /** Whether the key was only in the memory of a process. */
  readonly isInMemory: boolean;
}

/** The keys that a log was signed with. */
export interface KeyRing {
  readonly use: (sound: SoundCheckpoint) => void;
  readonly finish: (found: (code: FindingCode, finding: FindingParts) => void) => {
    readonly keys: readonly UsedKey[];
    readonly trust: Trust;
  };
}

interface Use {
  readonly streams: Set<string>;
  isInMemory: boolean;
}

/** @param pinned keys that are trusted; none: those of the log are. */
export function createKeyRing(pinned: readonly NoteKey[]): KeyRing {
  const used = new Map<string, Use>();
  /** Later key to the earlier ones that vouch for it. */
  const vouched = new Map<string, Set<string>>();

  function trusted(): ReadonlySet<string> {
    const all = new Set(pinned.map(encodeKey));
    for (let before = -1; before !== all.size;) {
      before = all.size;
      for (const [key, earlier] of vouched)
        if ([...earlier].some((from) => all.has(from))) all.add(key);
    }
    return all;
  }

  return {
    use({ checkpoint, key, rotations }) {
      const text = encodeKey(key);
      const use = used.get(text) ?? { streams: new Set(), isInMemory: false };
      used.set(text, use);
      use.streams.add(checkpoint.adopter ?? checkpoint.stream);
      if (checkpoint.opening?.custody === "memory") use.isInMemory = true;
      for (const { from, to } of stepsTo(text, rotations)) {
        const earlier = vouched.get(to) ?? new Set();
        vouched.set(to, earlier.add(from));
      }
    },
    finish(found) {
      const all = trusted();
      const isPinned = pinned.length > 0;
      const keys = [...used].map(([key, { streams, isInMemory }]) => ({
        key,
        isTrusted: isPinned && all.has(key),
        streams: streams.size,
        isInMemory,
      }));
      for (const { key, isTrusted } of keys) {
        if (!isPinned || isTrusted) continue;
        const streams = [...(used.get(key)?.streams ?? [])];
        const message = `checkpoints of ${counted(streams.length, "stream")} are signed with the key ${key}, which is none of those given: ${streams.slice(0, 3).join(", ")}`;
        const [stream] = streams;
        found("foreign_key", {
          message,
          count: streams.length,
          ...(stream === undefined ? {} : { stream }),
        });
      }
      const groups = countGroups([...used.keys()], vouched);
      if (!isPinned && groups > 1) {
        const message = `${groups} keys sign streams here, and none of them vouches for the others: name those that you trust with --public-key`;
        found("keys_unlinked", { message, count: groups });
      }
      const inMemory = keys.filter(({ isInMemory }) => isInMemory).length;
      if (inMemory > 0) {
        const message = `${counted(inMemory, "key")} ${verbFor(inMemory, "was")} only in the memory of ${inMemory === 1 ? "the process that signed with it" : "the processes that signed with them"}`;
        found("key_in_memory", { message, count: inMemory });
      }
      return { keys, trust: isPinned ? trustIn(keys) : keys.length === 0 ? "none" : "log" };
    },
  };
}

/** Where keys were given. */
function trustIn(keys: readonly UsedKey[]): Trust {
  if (keys.length === 0) return "none";
  return keys.every(({ isTrusted }) => isTrusted) ? "pinned" : "foreign";
}

/**
 * The steps that lead to the key that signs the note: what else it says of keys is no word of theirs,
 * and would let anybody count among those that they name.
 */
function stepsTo(key: string, rotations: readonly Rotation[]): readonly Rotation[] {
  const reached = new Set([key]);
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const { from, to } of rotations) if (reached.has(to)) reached.add(from);
  }
  return rotations.filter(({ to }) => reached.has(to));
}

/**
 * How many groups of keys there are, where those that vouch for each other are one. Who comes from
 * outside cannot join another's group, whatever their own keys say of themselves: that needs a signature
 * of a key in it.
 */
function countGroups(
  keys: readonly string[],
  vouched: ReadonlyMap<string, ReadonlySet<string>>,
): number {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    return root;
  };
  for (const [key, earlier] of vouched) {
    for (const from of earlier) {
      const [left, right] = [rootOf(key), rootOf(from)];
      if (left !== right) parents.set(left, right);
    }
  }
  return new Set(keys.map(rootOf)).size;
}
