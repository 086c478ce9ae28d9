/** Lanes, pace and order of a resending, with a receiver and a clock that the test holds. */
import { expect, test } from "vitest";
import { resend } from "../../src/deliver/resend/resend.ts";
import { createResendItems, type ResendItem } from "../../src/deliver/resend/resend-item.ts";
import type { ResendTime } from "../../src/deliver/resend/pace.ts";
import type { OtlpSender } from "../../src/deliver/shipping/otlp-sender.ts";
import { resultRecord } from "../support/records.ts";

const never = new AbortController().signal;

function itemsOf(stream: string, count: number): readonly ResendItem[] {
  const toItem = createResendItems();
  return Array.from({ length: count }, (_, at) =>
    toItem(resultRecord(stream, at + 1), { "service.name": "trainer" }, 100),
  );
}

async function* inPieces(items: readonly ResendItem[]): AsyncGenerator<readonly ResendItem[]> {
  for (let at = 0; at < items.length; at += 7) yield items.slice(at, at + 7);
}

/** A receiver that answers later, and sees what is under way at a time. */
function createWatch(): {
  readonly createSender: () => OtlpSender;
  readonly requests: readonly (readonly string[])[];
  readonly mostAtOnce: () => number;
} {
  const requests: (readonly string[])[] = [];
  const underWay = new Set<string>();
  let open = 0;
  let most = 0;
  const createSender = (): OtlpSender => ({
    async send(logs) {
      const ids = logs.map(({ attributes }) => String(attributes["audit.record.id"]));
      const streams = new Set(ids.map((id) => id.slice(0, id.indexOf("."))));
      for (const stream of streams) {
        expect(underWay.has(stream)).toBe(false);
        underWay.add(stream);
      }
      most = Math.max(most, ++open);
      requests.push(ids);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      for (const stream of streams) underWay.delete(stream);
      return { kind: "delivered" };
    },
    async close() {},
  });
  return { createSender, requests, mostAtOnce: () => most };
}

const quiet = { host: "h", report() {}, onTaken() {}, onRefused() {}, signal: never };

test("several streams are under way at a time, one request of each, in order", async () => {
  const watch = createWatch();
  const streams = ["A", "B", "C", "D", "E"].map((name) => itemsOf(`${name}bCdEfGhIjKlMnOp`, 100));
  const interleaved = Array.from({ length: 100 }, (_, at) =>
    streams.slice(2).flatMap((items) => items.slice(at, at + 1)),
  ).flat();
  const [a = [], b = []] = streams;
  const sources = [() => inPieces(a), () => inPieces(b), () => inPieces(interleaved)];
  const end = await resend({ ...quiet, sources, batch: 10, createSender: watch.createSender });
  expect(end.stopped).toBeUndefined();
  expect(watch.mostAtOnce()).toBeGreaterThan(1);
  expect(watch.mostAtOnce()).toBeLessThanOrEqual(4);
  const arrived = watch.requests.flat();
  for (const items of streams) {
    const ids = items.map(({ id }) => id);
    expect(arrived.filter((id) => ids.includes(id))).toEqual(ids);
  }
});

test("a rate holds for all lanes together", async () => {
  const watch = createWatch();
  let now = 0;
  const waiting: { readonly at: number; readonly go: () => void }[] = [];
  /** Time goes on when everybody waits for it. */
  const time: ResendTime = {
    now: () => now,
    wait: (millis) =>
      new Promise<void>((resolve) => {
        waiting.push({ at: now + millis, go: resolve });
        setImmediate(() => {
          waiting.sort((left, right) => left.at - right.at);
          const next = waiting.shift();
          if (next === undefined) return;
          now = Math.max(now, next.at);
          next.go();
        });
      }),
  };
  const sources = ["A", "B", "C"].map(
    (name) => () => inPieces(itemsOf(`${name}bCdEfGhIjKlMnOp`, 100)),
  );
  await resend({
    ...quiet,
    sources,
    batch: 500,
    perSecond: 50,
    time,
    createSender: watch.createSender,
  });
  expect(watch.requests.flat()).toHaveLength(300);
  // Pieces of a tenth of a second; the last one goes when its time begins.
  expect(Math.max(...watch.requests.map((ids) => ids.length))).toBe(5);
  expect(now).toBeCloseTo((300 / 50) * 1000 - 100, 3);
});

test("what a source throws comes out, when what was read before it is sent", async () => {
  const watch = createWatch();
  const items = itemsOf("AbCdEfGhIjKlMnOp", 20);
  const sources = [
    async function* () {
      yield items;
      throw new Error("the disk is gone");
    },
  ];
  const run = resend({ ...quiet, sources, batch: 6, createSender: watch.createSender });
  await expect(run).rejects.toThrow("the disk is gone");
  expect(watch.requests.flat()).toEqual(items.map(({ id }) => id));
});
