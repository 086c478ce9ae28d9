/** From the journal outward, each in a folder of its own: the CSV and JSON views, the OTLP shipper, retention. */
export { createOtlpSender } from "./shipping/create-otlp-sender.ts";
export {
  deliverBatch,
  type Delivery,
  type DeliveryOptions,
  type Refusal,
  type Wait,
} from "./shipping/deliver-batch.ts";
export { createJournalSource, type JournalSourceOptions } from "./shipping/journal-source.ts";
export {
  createMemoryJournal,
  type MemoryJournal,
  type MemoryJournalOptions,
} from "./shipping/memory-journal.ts";
export {
  type OtlpSender,
  type OtlpSenderOptions,
  type SendResult,
  type TlsFiles,
} from "./shipping/otlp-sender.ts";
export { resend, type ResendEnd, type ResendOptions } from "./resend/resend.ts";
export { createResendItems, type ResendItem } from "./resend/resend-item.ts";
export { openResumeFile, type ResumeFile } from "./resend/resume-file.ts";
export { resourceOfStream } from "./resend/stream-resource.ts";
export type { Purge } from "./retention/purge.ts";
export { createRetention, type Retention, type RetentionOptions } from "./retention/retention.ts";
export { listQuarantineFiles, readQuarantineFile, release } from "./shipping/quarantine.ts";
export {
  type MemoryQueue,
  type ShipThread,
  type ShipThreadOptions,
  startShipThread,
} from "./shipping/ship-thread.ts";
export type { ShipStatus } from "./shipping/ship-status.ts";
export { createShipper, type Shipper, type ShipperOptions } from "./shipping/shipper.ts";
export {
  createViewKeeper,
  type ViewFormat,
  type ViewKeeper,
  type ViewKeeperOptions,
} from "./views/view-keeper.ts";
export { createViewWriter, type ViewWriter, type ViewWriterOptions } from "./views/view-writer.ts";
export { checkViewShape, type ViewShape } from "./views/view-shape.ts";
