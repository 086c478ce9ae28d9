/** All endings without any OpenTelemetry SDK. */
import * as grpc from "@grpc/grpc-js";
import { expect } from "vitest";
import { testEndings } from "./check-endings.ts";

testEndings(grpc, ([record]) => {
  /* oxlint-disable vitest/no-standalone-expect -- called by a test */
  expect(record?.traceId).toBeUndefined();
  expect(record?.spanId).toBeUndefined();
});
