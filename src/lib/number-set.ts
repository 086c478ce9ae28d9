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
  /** Most sets have one page. */
  #first: Uint8Array | undefined;
  #others: Map<number, Uint8Array> | undefined;

  has(number: number): boolean {
    const page = this.#pageAt(Math.floor(number / PAGE_BITS));
    const bit = number % PAGE_BITS;
    return (
      page !== undefined &&
      ((page[Math.floor(bit / BYTE_BITS)] ?? 0) & (1 << (bit % BYTE_BITS))) !== 0
    );
  }

  add(number: number): boolean {
    const index = Math.floor(number / PAGE_BITS);
    const bit = number % PAGE_BITS;
    const byte = Math.floor(bit / BYTE_BITS);
    const mask = 1 << (bit % BYTE_BITS);
    let page = this.#pageAt(index);
    if (page === undefined || page.length <= byte) {
      page = grown(page, byte + 1);
      if (index === 0) this.#first = page;
      else (this.#others ??= new Map<number, Uint8Array>()).set(index, page);
    }
    const bits = page[byte] ?? 0;
    page[byte] = bits | mask;
    return (bits & mask) === 0;
  }

  #pageAt(index: number): Uint8Array | undefined {
    return index === 0 ? this.#first : this.#others?.get(index);
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
