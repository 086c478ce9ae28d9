import { toBase64 } from "../lib/base64.ts";
import { counted } from "../lib/counted.ts";
import { type CheckpointState, encodeKey } from "../seal/portable.ts";
import type { SoundCheckpoint } from "./check-checkpoint.ts";

/** The checkpoints of a stream, by number; each names the one before it. */
export interface CheckpointChain {
  /** Why the checkpoint cannot stand beside those that are known; undefined: it can. */
  readonly problemOf: (sound: SoundCheckpoint) => string | undefined;
  /** Takes one that can. */
  readonly add: (sound: SoundCheckpoint) => void;
  /** The last one that the process itself made. */
  readonly last: () => Link | undefined;
  /** Of the last one that the process itself made, else of the largest one of an adopter. */
  readonly head: () => Head | undefined;
  /** Whether the note with that hash (SHA-256, base64) is one that the process itself made. */
  readonly has: (noteHash: string) => boolean;
  /** Root of the tree at a size, base64; undefined where no checkpoint has that size. */
  readonly rootAt: (size: number) => string | undefined;
}

/** How far a stream has come. */
export interface Head {
  /** Leaves in its tree. */
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

/** What is kept of a checkpoint. */
export interface Link {
  readonly number: number;
  readonly noteHash: string;
  readonly previous: string | undefined;
  readonly from: number;
  readonly begin: number;
  readonly size: number;
  readonly root: string;
  readonly rootBefore: string | undefined;
  readonly rootAtBegin: string | undefined;
  readonly state: CheckpointState;
  readonly time: string;
  readonly key: string;
}

/** Without checkpoints. */
export function createCheckpointChain(): CheckpointChain {
  return new Chain();
}

/** A class: there is one for each stream that was signed, and there may be very many. */
class Chain implements CheckpointChain {
  readonly #byNumber = new Map<number, Link>();
  readonly #notes = new Set<string>();
  readonly #roots = new Map<number, string>();
  #highest: Link | undefined;
  #adopted: Link | undefined;

  problemOf(sound: SoundCheckpoint): string | undefined {
    const link = linkOf(sound);
    for (const [size, root] of rootsOf(link)) {
      const known = this.#roots.get(size);
      if (known !== undefined && known !== root)
        return `there are two trees of ${counted(size, "record")}`;
    }
    return link.state === "adopted" ? undefined : this.#ownProblem(link);
  }

  add(sound: SoundCheckpoint): void {
    const link = linkOf(sound);
    for (const [size, root] of rootsOf(link)) if (root !== undefined) this.#roots.set(size, root);
    if (link.state === "adopted") {
      if (link.size > (this.#adopted?.size ?? 0)) this.#adopted = link;
      return;
    }
    this.#byNumber.set(link.number, link);
    this.#notes.add(link.noteHash);
    if (this.#highest === undefined || link.number > this.#highest.number) this.#highest = link;
  }

  head(): Head | undefined {
    const link = this.#highest ?? this.#adopted;
    return link === undefined ? undefined : { size: link.size, root: link.root };
  }

  last(): Link | undefined {
    return this.#highest;
  }

  has(noteHash: string): boolean {
    return this.#notes.has(noteHash);
  }

  rootAt(size: number): string | undefined {
    return this.#roots.get(size);
  }

  #ownProblem(link: Link): string | undefined {
    const same = this.#byNumber.get(link.number);
    if (same?.noteHash === link.noteHash) return undefined;
    if (same !== undefined) return `there are two checkpoints ${link.number}`;
    if (this.#highest !== undefined && link.key !== this.#highest.key)
      return "it is signed with another key than the one before";
    return (
      endProblem(link, this.#highest) ??
      joinProblem(this.#byNumber.get(link.number - 1), link) ??
      joinProblem(link, this.#byNumber.get(link.number + 1)) ??
      firstProblem(link)
    );
  }
}

/** The trees of which it says the root: what it signs, and what follows from its leaves and subtrees. */
function rootsOf(link: Link): readonly (readonly [size: number, root: string | undefined])[] {
  return [
    [link.size, link.root],
    [link.begin, link.rootAtBegin],
    [link.from, link.rootBefore],
  ];
}

function linkOf(sound: SoundCheckpoint): Link {
  const { checkpoint, noteHash, key, from, begin, rootBefore, rootAtBegin } = sound;
  const { number, previous, size, root, state, time } = checkpoint;
  return {
    number,
    noteHash,
    previous,
    from,
    begin,
    size,
    root: toBase64(root),
    rootBefore,
    rootAtBegin,
    state,
    time,
    key: encodeKey(key),
  };
}

function firstProblem({ number, begin, state, previous }: Link): string | undefined {
  const isFirst = number === 1;
  const beginsSo = begin === 0 && state === "open" && previous === undefined;
  if (isFirst) return beginsSo ? undefined : "it is the first one, and does not open the stream";
  return state === "open" || previous === undefined
    ? "it opens the stream, and is not the first one"
    : undefined;
}

/** Nothing comes behind a checkpoint of state `close`, whatever numbers are missing between. */
function endProblem(link: Link, highest: Link | undefined): string | undefined {
  if (highest === undefined) return undefined;
  const [earlier, later] = link.number < highest.number ? [link, highest] : [highest, link];
  return earlier.state === "close"
    ? `checkpoint ${earlier.number} has closed the stream, and there is a checkpoint ${later.number}`
    : undefined;
}

function joinProblem(left: Link | undefined, right: Link | undefined): string | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (right.previous !== left.noteHash)
    return `checkpoint ${right.number} does not name checkpoint ${left.number} as the one before`;
  // That it begins with the same tree was asked of all checkpoints.
  if (right.begin !== left.size)
    return `checkpoint ${right.number} does not continue the tree of checkpoint ${left.number}`;
  return undefined;
}
