import type { Order, ScannedRow } from "./scanned-block.ts";

/** What an order goes by. */
type Placed = Pick<ScannedRow, "time" | "stream" | "sequence">;

/** How two records stand to each other, as `Array.sort` takes it; those of one time by stream and sequence. */
export function before(order: Order): (left: Placed, right: Placed) => number {
  const sign = order === "newest" ? -1 : 1;
  return (left, right) => {
    if (left.time !== right.time) return left.time < right.time ? -sign : sign;
    if (left.stream !== right.stream) return left.stream < right.stream ? -sign : sign;
    return sign * (left.sequence - right.sequence);
  };
}
