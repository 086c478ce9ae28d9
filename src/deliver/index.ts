/** From the journal outward: the CSV and JSON views, and the OTLP shipper. */
export { createOtlpSender } from "./create-otlp-sender.ts";
export {
  deliverBatch,
  type Delivery,
  type DeliveryOptions,
  type Refusal,
  type Wait,
} from "./deliver-batch.ts";
export { createJournalSource, type JournalSourceOptions } from "./journal-source.ts";
export {
  createMemoryJournal,
  type MemoryJournal,
  type MemoryJournalOptions,
} from "./memory-journal.ts";
export {
  type OtlpSender,
  type OtlpSenderOptions,
  type SendResult,
  type TlsFiles,
} from "./otlp-sender.ts";
export type { Purge } from "./purge.ts";
export { createRetention, type Retention, type RetentionOptions } from "./retention.ts";
export { listQuarantineFiles, readQuarantineFile, release } from "./quarantine.ts";
export {
  type MemoryQueue,
  type ShipThread,
  type ShipThreadOptions,
  startShipThread,
} from "./ship-thread.ts";
export type { ShipStatus } from "./ship-status.ts";
export { createShipper, type Shipper, type ShipperOptions } from "./shipper.ts";
export {
  createViewKeeper,
  type ViewFormat,
  type ViewKeeper,
  type ViewKeeperOptions,
} from "./view-keeper.ts";
export { createViewWriter, type ViewWriter, type ViewWriterOptions } from "./view-writer.ts";
export { checkViewShape, type ViewShape } from "./view-shape.ts";
