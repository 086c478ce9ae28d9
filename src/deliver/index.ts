/** From the journal outward: the CSV and JSON views, and the OTLP shipper. */
export {
  createOtlpSender,
  type OtlpSender,
  type OtlpSenderOptions,
  type SendResult,
} from "./otlp-sender.ts";
export type { Purge } from "./purge.ts";
export { createRetention, type Retention, type RetentionOptions } from "./retention.ts";
export { createShipper, type Shipper, type ShipperOptions } from "./shipper.ts";
export {
  createViewKeeper,
  type ViewFormat,
  type ViewKeeper,
  type ViewKeeperOptions,
} from "./view-keeper.ts";
export { createViewWriter, type ViewWriter, type ViewWriterOptions } from "./view-writer.ts";
export { checkViewShape, type ViewShape } from "./view-shape.ts";
