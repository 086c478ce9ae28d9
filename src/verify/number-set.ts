/** Whole numbers from 1, mostly without gaps; a bit for each. */
export interface NumberSet {
  /** False: it was there already. */
  readonly add: (number: number) => boolean;
  readonly has: (number: number) => boolean;
}

/** Numbers in one page; pages are only there where there is a number. */
const PAGE_BITS = 65_536;
const BYTE_BITS = 8;

/** An empty one. */
export function createNumberSet(): NumberSet {
  const pages = new Map<number, Uint8Array>();

  function has(number: number): boolean {
    const page = pages.get(Math.floor(number / PAGE_BITS));
    const bit = number % PAGE_BITS;
    return (
      page !== undefined &&
      ((page[Math.floor(bit / BYTE_BITS)] ?? 0) & (1 << (bit % BYTE_BITS))) !== 0
    );
  }

  return {
    has,
    add(number) {
      if (has(number)) return false;
      const index = Math.floor(number / PAGE_BITS);
      let page = pages.get(index);
      if (page === undefined) pages.set(index, (page = new Uint8Array(PAGE_BITS / BYTE_BITS)));
      const bit = number % PAGE_BITS;
      const byte = Math.floor(bit / BYTE_BITS);
      page[byte] = (page[byte] ?? 0) | (1 << (bit % BYTE_BITS));
      return true;
    },
  };
}
