/**
 * The journal of a service that can write no directory, but ships.
 *
 * In: encoded records. Out: the same, in memory, until the receiver has them. Nothing survives the
 * process; `synced` means that the receiver answered 2xx. A receiver that does not answer fills it,
 * and a full one makes `append` throw, never drop.
 */
import type { Journal } from "../../journal/index.ts";
import { counted, verbFor } from "../../lib/counted.ts";
import { AuditError } from "../../lib/errors.ts";
import type { MemoryQueue } from "./ship-thread.ts";

/** Of the text of records; what they take in memory is up to twice that. */
const DEFAULT_MEMORY_BYTES = 16 * 1024 * 1024;
/** As long as a caller waits for a disk: nobody is held back by a receiver that does not answer. */
const ANSWER_LIMIT_MILLIS = 2000;

const CLOSED = "the audit log was closed before a receiver took the records: they are lost";

/** What {@link createMemoryJournal} takes. */
export interface MemoryJournalOptions {
  readonly stream: string;
  /** Default 16 MiB. */
  readonly maxBytes?: number;
  readonly report: (line: string) => void;
  /** A counted record that was accepted was refused by the receiver, and stands nowhere now. */
  readonly lost: (why: string) => void;
  /** Called after every answer of the receiver; must not throw. */
  readonly onAnswer?: () => void;
}

/** The journal, and the end of it that the shipping thread reads. */
export interface MemoryJournal extends Journal, MemoryQueue {
  /** Counted records that nobody took before it was closed; 0 while it is open. */
  readonly abandoned: () => number;
}

interface KeptLine {
  readonly text: string;
  readonly isCounted: boolean;
}

interface Waiter {
  /** Its own records: those behind `from`, up to this one, must be settled. */
  readonly upTo: number;
  readonly from: number;
  readonly resolve: () => void;
  readonly reject: (error: AuditError) => void;
  readonly timer: NodeJS.Timeout;
}

/** Creates an empty one. */
export function createMemoryJournal(options: MemoryJournalOptions): MemoryJournal {
  const { stream, maxBytes = DEFAULT_MEMORY_BYTES, lost, report, onAnswer } = options;
  const full = `the memory journal is full (${maxBytes} bytes of records that the receiver has not taken)`;
  let lines: KeptLine[] = [];
  /** Those of `lines` that are settled; they are cut off now and then. */
  let head = 0;
  let bytes = 0;
  let start = "";
  let appended = 0;
  let settledCount = 0;
  /** Counted lines that are kept, and those that the receiver has. */
  let countedLeft = 0;
  let confirmed = 0;
  let waiting: Waiter[] = [];
  /** Records that somebody waits for already. */
  let claimed = 0;
  let problem: string | undefined;
  /** A checkpoint was refused; said once. */
  let isUnproven = false;
  let isClosed = false;

  /** @param refused numbers of records, counted from 1. */
  function answerWaiting(refused: readonly number[], why: string): void {
    const asked = waiting;
    waiting = [];
    for (const waiter of asked) {
      const { from, upTo, timer, resolve, reject } = waiter;
      const isRefused = refused.some((record) => record > from && record <= upTo);
      if (!isRefused && upTo > settledCount) {
        waiting.push(waiter);
        continue;
      }
      clearTimeout(timer);
      if (isRefused)
        reject(new AuditError("sync_failed", `the receiver refused the record: ${why}`));
      else resolve();
    }
  }

  function forget(count: number): void {
    for (const { text, isCounted } of lines.slice(head, head + count)) {
      bytes -= text.length;
      if (isCounted) countedLeft--;
    }
    head += count;
    settledCount += count;
    if (head > 1024 && head * 2 > lines.length) {
      lines = lines.slice(head);
      head = 0;
    }
  }

  /** No gap record: it would need a checkpoint, which would be refused as well. */
  function tellUnproven(why: string): void {
    if (isUnproven) return;
    isUnproven = true;
    report(`the receiver refused a checkpoint for good: what it proves stays without: ${why}`);
  }

  return {
    stream,
    isInMemory: true,
    append(line, { isCounted = true } = {}) {
      if (isClosed) {
        throw new AuditError("closed", "the audit log is closed: this record was not written");
      }
      if (bytes + line.length > maxBytes) throw new AuditError("write_failed", full);
      if (appended === 0) start = line;
      lines.push({ text: line, isCounted });
      if (isCounted) countedLeft++;
      bytes += line.length;
      appended++;
    },
    synced() {
      if (settledCount >= appended) return Promise.resolve();
      if (isClosed) return Promise.reject(new AuditError("sync_failed", CLOSED));
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const upTo = appended;
      // Whoever wrote nothing since the last one who waits, waits for all.
      const from = claimed < upTo ? claimed : 0;
      claimed = upTo;
      const timer = setTimeout(() => {
        waiting = waiting.filter((waiter) => waiter.timer !== timer);
        problem = `no receiver has taken the records of the last ${ANSWER_LIMIT_MILLIS / 1000} s, and they are only in memory`;
        reject(new AuditError("sync_failed", problem));
      }, ANSWER_LIMIT_MILLIS);
      waiting.push({ upTo, from, resolve, reject, timer });
      return promise;
    },
    problem: () => (bytes + 1024 > maxBytes ? full : problem),
    unconfirmed: () => 0,
    abandoned: () => (isClosed ? countedLeft : 0),
    confirmed: () => confirmed,
    close() {
      if (isClosed) return;
      isClosed = true;
      if (countedLeft > 0)
        report(
          `${counted(countedLeft, "record")} ${verbFor(countedLeft, "was")} only in memory, and no receiver took ${countedLeft === 1 ? "it" : "them"}: ${verbFor(countedLeft, "it is")} lost`,
        );
      else if (appended > settledCount)
        report("the last checkpoint was only in memory, and no receiver took it: it is lost");
      for (const { timer, reject } of waiting) {
        clearTimeout(timer);
        reject(new AuditError("sync_failed", CLOSED));
      }
      waiting = [];
    },
    oldest(wanted) {
      const found: string[] = [];
      for (let at = head, size = 0; at < lines.length; at++) {
        const text = lines[at]?.text ?? "";
        size += text.length;
        if (found.length > 0 && size > wanted) break;
        found.push(text);
      }
      return { lines: found, start, stream, records: lines.length - head, bytes };
    },
    settledCount: () => settledCount,
    settled(count, { at, why }) {
      // Nobody waits for the others.
      const refused = at.filter((place) => lines[head + place]?.isCounted ?? true);
      const numbers = refused.map((place) => settledCount + place + 1);
      const before = countedLeft;
      forget(count);
      confirmed += before - countedLeft - refused.length;
      problem = undefined;
      for (const _ of numbers) {
        lost(`the receiver refused a record for good, and there is no disk to keep it: ${why}`);
      }
      if (at.length > refused.length) tellUnproven(why);
      answerWaiting(numbers, why);
      onAnswer?.();
    },
  };
}
