/** When checkpoints are made, and what a signer or a disk that fails does to them. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { encodeKey } from "../../src/seal/note.ts";
import {
  createSealedStream,
  fakeTime,
  freshSigner,
  type SealedStream,
} from "../support/live-sealer.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function writeMany(stream: SealedStream, count: number): void {
  for (let done = 0; done < count; done++) stream.write();
}

describe("when", () => {
  test("the stream opens with a checkpoint, at once", async () => {
    fakeTime();
    const signer = freshSigner();
    const stream = createSealedStream({ signer });
    expect(stream.checkpoints()).toEqual([
      {
        stream: "AaaaaaaaaaaaaaaA",
        size: 1,
        root: expect.any(Uint8Array) as Uint8Array,
        number: 1,
        state: "open",
        time: "2026-11-21T12:00:00.000000Z",
        results: 0,
        leaf: "audit-leaf/1",
        key: encodeKey(signer.key),
        begin: 0,
        calls: [],
        opening: {
          custody: "file",
          sealed: ["audit.", "rpc.", "client.", "error.", "exception.", "user_agent."],
          redactable: ["audit.reason"],
          auditPolicy: "p".repeat(43),
          redactionPolicy: "r".repeat(43),
          resource: { "service.name": "trainer" },
          rotations: [],
        },
      },
    ]);
    expect(stream.records[1]?.attributes).toMatchObject({
      "audit.record.kind": "checkpoint",
      "audit.action": "checkpoint",
      "audit.category": "audit",
      "audit.impact": "low",
    });
    await stream.verify();
  });

  test("256 records are covered at once, 255 are not", async () => {
    fakeTime();
    const stream = createSealedStream();
    // The checkpoint that opened the stream is one of them.
    writeMany(stream, 254);
    expect(stream.states()).toEqual(["open 1"]);
    stream.write();
    expect(stream.states()).toEqual(["open 1", "run 257"]);
    writeMany(stream, 255);
    expect(stream.states()).toEqual(["open 1", "run 257", "run 513"]);
    await stream.verify();
  });

  test.each([
    [0, 5000],
    [0.5, 7500],
    [0.999_9, 9999],
  ])("a spread of %d: %i ms after a record", async (spread, millis) => {
    fakeTime(spread);
    const stream = createSealedStream();
    await vi.advanceTimersByTimeAsync(60_000);
    stream.write();
    await vi.advanceTimersByTimeAsync(millis - 1);
    expect(stream.states()).toEqual(["open 1"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.states()).toEqual(["open 1", "run 3"]);
    await stream.verify();
  });

  test("none for checkpoints alone, and no timer either", async () => {
    fakeTime();
    const stream = createSealedStream();
    stream.write();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(stream.states()).toEqual(["open 1", "run 3"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a closed action's result: at once, several in one turn of the loop together", async () => {
    fakeTime();
    const stream = createSealedStream();
    for (let done = 0; done < 3; done++) stream.write("result", { isUrgent: true });
    expect(stream.states()).toEqual(["open 1"]);
    await vi.advanceTimersByTimeAsync(0);
    expect(stream.states()).toEqual(["open 1", "run 5"]);
    stream.write("result", { isUrgent: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(stream.states()).toEqual(["open 1", "run 5", "run 7"]);
    await stream.verify();
  });

  test("flush covers everything, and nothing twice", async () => {
    fakeTime();
    const stream = createSealedStream();
    writeMany(stream, 10);
    await stream.sealer.flush();
    expect(stream.states()).toEqual(["open 1", "run 12"]);
    await stream.sealer.flush();
    expect(stream.states()).toEqual(["open 1", "run 12"]);
    await stream.verify();
  });

  test("close makes the last one before it returns, and leaves no timer", async () => {
    fakeTime();
    const stream = createSealedStream({ heartbeatMillis: 60_000 });
    stream.write("result", { isUrgent: true });
    void stream.sealer.close();
    expect(stream.states()).toEqual(["open 1", "close 3"]);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(stream.states()).toEqual(["open 1", "close 3"]);
    expect(vi.getTimerCount()).toBe(0);
    await stream.verify();
  });

  test("a stream of which nothing is under a checkpoint yet is closed behind its opening", async () => {
    fakeTime();
    const stream = createSealedStream();
    await stream.sealer.close();
    expect(stream.states()).toEqual(["open 1", "close 2"]);
    await stream.verify();
  });

  test("a heartbeat: after silence alone, counted from the last checkpoint", async () => {
    fakeTime(0);
    const stream = createSealedStream({ heartbeatMillis: 60_000 });
    await vi.advanceTimersByTimeAsync(59_999);
    expect(stream.states()).toEqual(["open 1"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.states()).toEqual(["open 1", "idle 2"]);
    await vi.advanceTimersByTimeAsync(30_000);
    stream.write();
    await vi.advanceTimersByTimeAsync(5000);
    expect(stream.states()).toEqual(["open 1", "idle 2", "run 4"]);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(stream.states()).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.states()).toEqual(["open 1", "idle 2", "run 4", "idle 5"]);
    expect(stream.checkpoints().map(({ time }) => time.slice(11, 19))).toEqual([
      "12:00:00",
      "12:01:00",
      "12:01:35",
      "12:02:35",
    ]);
    await stream.verify();
  });
});

test("calls are told when their counts changed, and told again where that checkpoint failed", async () => {
  fakeTime();
  const count = { method: "trainer.Trainer/Pause", handled: 1, recorded: 1 };
  const other = { method: "trainer.Trainer/Resume", handled: 0, recorded: 0 };
  const stream = createSealedStream({ calls: () => [{ ...count }, { ...other }] });
  const more = async (): Promise<unknown> => {
    stream.write();
    await stream.sealer.flush();
    return stream.checkpoints().at(-1)?.calls;
  };
  expect(stream.checkpoints()[0]?.calls).toEqual([count, other]);
  expect(await more()).toEqual([]);
  count.handled = 2;
  stream.refusal = "ENOSPC";
  await more();
  expect(stream.checkpoints()).toHaveLength(2);
  stream.refusal = undefined;
  expect(await more()).toEqual([{ ...count, handled: 2 }]);
  count.recorded = 2;
  expect(await more()).toEqual([{ ...count, handled: 2, recorded: 2 }]);
  expect(await more()).toEqual([]);
  await stream.verify();
});

describe("the disk refuses checkpoints", () => {
  test("and takes them again: what waited is covered at once, 256 at most by each", async () => {
    fakeTime(0);
    const stream = createSealedStream();
    stream.refusal = "cannot write the journal: ENOSPC";
    writeMany(stream, 1000);
    expect(stream.sealer.problem()).toBe("cannot write the journal: ENOSPC");
    stream.refusal = undefined;
    await vi.advanceTimersByTimeAsync(5000);
    expect(stream.states()).toEqual([
      "open 1",
      "run 257",
      "run 513",
      "run 769",
      // Those that were just made are covered too.
      "run 1005",
    ]);
    expect(stream.sealer.problem()).toBeUndefined();
    expect(stream.lines).toEqual([
      "a checkpoint cannot be made, records are written without: cannot write the journal: ENOSPC",
      "checkpoints are made again",
    ]);
    await stream.verify();
  });

  test("for long: the service goes on between a few checkpoints and the next ones", async () => {
    fakeTime(0);
    const stream = createSealedStream();
    stream.refusal = "ENOSPC";
    writeMany(stream, 5000);
    stream.refusal = undefined;
    await vi.advanceTimersByTimeAsync(4999);
    vi.advanceTimersToNextTimer();
    expect(stream.checkpoints()).toHaveLength(1 + 8);
    vi.advanceTimersToNextTimer();
    expect(stream.checkpoints()).toHaveLength(1 + 16);
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.states().at(-1)).toBe("run 5021");
    await stream.verify();
  });

  test("for long, and flush: it waits for all of them", async () => {
    fakeTime(0);
    const stream = createSealedStream();
    stream.refusal = "ENOSPC";
    writeMany(stream, 5000);
    stream.refusal = undefined;
    const flushed = stream.sealer.flush();
    expect(stream.checkpoints()).toHaveLength(1 + 8);
    await vi.advanceTimersByTimeAsync(1);
    await flushed;
    expect(stream.states().at(-1)).toBe("run 5021");
    await stream.verify();
  });

  test("from the first: the one that opens the stream covers what came before", async () => {
    fakeTime(0);
    const signer = freshSigner();
    let isDown = true;
    const sign = (text: Uint8Array): Uint8Array | Promise<Uint8Array> => {
      if (isDown) throw new Error("down");
      return signer.sign(text);
    };
    const stream = createSealedStream({ signer: { ...signer, sign } });
    writeMany(stream, 3);
    isDown = false;
    await vi.advanceTimersByTimeAsync(5000);
    expect(stream.states()).toEqual(["open 4"]);
    await stream.verify();
  });

  test("until the stream is closed: none says close that leaves records behind", async () => {
    fakeTime(0);
    const stream = createSealedStream();
    stream.refusal = "ENOSPC";
    writeMany(stream, 600);
    const { sealer } = stream;
    // Of the tries of close, the first alone fails.
    let tries = 0;
    Object.defineProperty(stream, "refusal", { get: () => (tries++ === 0 ? "ENOSPC" : undefined) });
    await sealer.close();
    expect(stream.states()).toEqual(["open 1"]);
    await stream.verify();
  });

  test("and takes them when the stream is closed: all of them", async () => {
    fakeTime(0);
    const stream = createSealedStream();
    stream.refusal = "ENOSPC";
    writeMany(stream, 600);
    stream.refusal = undefined;
    void stream.sealer.close();
    expect(stream.states()).toEqual(["open 1", "run 257", "run 513", "close 604"]);
    await stream.verify();
  });
});

test("counts that cannot be had keep no record from being written", () => {
  fakeTime();
  const stream = createSealedStream({
    calls: () => {
      throw new Error("no counts");
    },
  });
  stream.write();
  expect(stream.records).toHaveLength(2);
  expect(stream.sealer.problem()).toBe("no counts");
});
