import { createOtlpGrpcSender } from "./otlp-grpc-sender.ts";
import { createOtlpHttpSender } from "./otlp-http-sender.ts";
import type { OtlpSender, OtlpSenderOptions } from "./otlp-sender.ts";

/** The official transport of the protocol, with the answer read. */
export function createOtlpSender(options: OtlpSenderOptions): OtlpSender {
  return options.protocol === "grpc"
    ? createOtlpGrpcSender(options)
    : createOtlpHttpSender(options);
}
