/** Whole numbers from 1, mostly without gaps; a bit for each. */
export interface NumberSet {
  /** False: it was there already. */
  readonly add: (number: number) => boolean;
  readonly has: (number: number) => boolean;
}

/** Numbers in one page; pages are only there where there is a number. */
const PAGE_BITS = 65_536;
const BYTE_BITS = 8;

/** A page begins with this, and grows: most sets are of few numbers. */
const FIRST_BYTES = 16;

/** An empty one. */
export function createNumberSet(): NumberSet {
  return new Numbers();
}

/** A class: there are several of them for each stream. */
class Numbers implements NumberSet {
  #pages: Map<number, Uint8Array> | undefined;

  has(number: number): boolean {
    const page = this.#pages?.get(Math.floor(number / PAGE_BITS));
    const bit = number % PAGE_BITS;
    return (
      page !== undefined &&
      ((page[Math.floor(bit / BYTE_BITS)] ?? 0) & (1 << (bit % BYTE_BITS))) !== 0
    );
  }

  add(number: number): boolean {
    if (this.has(number)) return false;
    const index = Math.floor(number / PAGE_BITS);
    const bit = number % PAGE_BITS;
    const byte = Math.floor(bit / BYTE_BITS);
    const pages = (this.#pages ??= new Map<number, Uint8Array>());
    let page = pages.get(index);
    if (page === undefined || page.length <= byte) pages.set(index, (page = grown(page, byte + 1)));
    page[byte] = (page[byte] ?? 0) | (1 << (bit % BYTE_BITS));
    return true;
  }
}

/** The same page, with room for at least so many bytes. */
function grown(page: Uint8Array = new Uint8Array(0), bytes: number): Uint8Array {
  let length = Math.max(page.length, FIRST_BYTES);
  while (length < bytes) length *= 2;
  const larger = new Uint8Array(length);
  larger.set(page);
  return larger;
}
