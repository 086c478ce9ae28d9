/** Durable before "accepted": segments, grouped fdatasync, cursors for those who read behind. */
export { type Adoption, type AdoptionOptions, startAdoption } from "./adoption.ts";
export {
  isLineBorder,
  JOURNAL_START,
  type JournalLine,
  type JournalPosition,
  readJournalLines,
} from "./cursor.ts";
export { readPurged } from "./closed-segments.ts";
export { type AppendOptions, type Journal, type JournalOptions, openJournal } from "./journal.ts";
export type { JournalNotice } from "./journal-notices.ts";
export {
  createJournalProcessor,
  type JournalProcessor,
  type JournalProcessorOptions,
} from "./journal-processor.ts";
export { reserveOf } from "./reserve.ts";
export { isStreamEnded } from "./stream-life.ts";
