/** Finds ids in texts. */
import { foldCase } from "./fold-case.ts";

/** Puts names in the place of ids that stand in a text as words of their own, whatever their case. */
export interface NameIndex {
  /** @param id in small letters. */
  readonly add: (id: string, name: string) => void;
  readonly rename: (text: string) => string;
}

/** An underscore, too, ends a name: `user_nina` is nina. */
const WORD = /[\p{L}\p{N}]+/gu;
const IN_WORD = /[\p{L}\p{N}]/u;

/** How ids lie about their first word: thousands have the same one, as in `user-1`, and few shapes. */
interface Shape {
  /** Where the word begins in the id. */
  readonly offset: number;
  readonly length: number;
}

/** Holds none. */
export function createNameIndex(): NameIndex {
  const names = new Map<string, string>();
  /** By first word, the longest first. */
  const shapes = new Map<string, Shape[]>();
  return {
    add(id, name) {
      const [word] = id.matchAll(WORD);
      if (word === undefined) return;
      names.set(id, name);
      const known = shapes.get(word[0]) ?? [];
      shapes.set(word[0], known);
      const shape = { offset: word.index, length: id.length };
      if (known.some(({ offset, length }) => offset === shape.offset && length === shape.length))
        return;
      const at = known.findIndex(({ length }) => length < shape.length);
      known.splice(at < 0 ? known.length : at, 0, shape);
    },
    rename(text) {
      const folded = foldCase(text);
      let result = "";
      let done = 0;
      for (const { 0: word, index } of folded.matchAll(WORD)) {
        if (index < done) continue;
        for (const { offset, length } of shapes.get(word) ?? []) {
          const start = index - offset;
          const end = start + length;
          if (start < done || end > folded.length) continue;
          const name = names.get(folded.slice(start, end));
          if (name === undefined || isCut(folded, start, end)) continue;
          result += text.slice(done, start) + name;
          done = end;
          break;
        }
      }
      return result + text.slice(done);
    },
  };
}

/** Whether a word goes on beyond one of the ends. */
function isCut(text: string, start: number, end: number): boolean {
  const isInWord = (at: number): boolean => IN_WORD.test(text[at] ?? "");
  return (isInWord(start) && isInWord(start - 1)) || (isInWord(end - 1) && isInWord(end));
}
