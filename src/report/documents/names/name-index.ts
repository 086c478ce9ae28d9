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
  /** By first word. */
  const shapes = new Map<string, Shape[]>();
  return {
    add(id, name) {
      const [word] = id.matchAll(WORD);
      if (word === undefined) return;
      names.set(id, name);
      const known = shapes.get(word[0]) ?? [];
      shapes.set(word[0], known);
      const shape = { offset: word.index, length: id.length };
      const isKnown = known.some(
        ({ offset, length }) => offset === shape.offset && length === shape.length,
      );
      if (!isKnown) known.push(shape);
    },
    rename(text) {
      const folded = foldCase(text);
      const found: Place[] = [];
      for (const { 0: word, index } of folded.matchAll(WORD)) {
        for (const { offset, length } of shapes.get(word) ?? []) {
          const start = index - offset;
          const end = start + length;
          if (start < 0 || end > folded.length) continue;
          const name = names.get(folded.slice(start, end));
          if (name !== undefined && !isCut(folded, start, end)) found.push({ start, end, name });
        }
      }
      let result = "";
      let done = 0;
      for (const { start, end, name } of joined(found)) {
        result += text.slice(done, start) + name;
        done = end;
      }
      return result + text.slice(done);
    },
  };
}

/** Where an id stands. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** Ids that overlap are one place, or each would leave the rest of another: its name is that of the longest. */
function joined(found: readonly Place[]): readonly Place[] {
  const places: (Place & { readonly longest: number })[] = [];
  for (const place of found.toSorted((left, right) => left.start - right.start)) {
    const longest = place.end - place.start;
    const last = places.at(-1);
    if (last === undefined || last.end <= place.start) {
      places.push({ ...place, longest });
      continue;
    }
    const isLonger = longest > last.longest;
    places[places.length - 1] = {
      start: last.start,
      end: Math.max(last.end, place.end),
      name: isLonger ? place.name : last.name,
      longest: Math.max(longest, last.longest),
    };
  }
  return places;
}

/** Whether a word goes on beyond one of the ends. */
function isCut(text: string, start: number, end: number): boolean {
  const isInWord = (at: number): boolean => IN_WORD.test(text[at] ?? "");
  return (isInWord(start) && isInWord(start - 1)) || (isInWord(end - 1) && isInWord(end));
}
