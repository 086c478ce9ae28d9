/** All endings with the oldest grpc-js that package.json names as a peer. */
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import type { GrpcCopy } from "../support/grpc-service.ts";
import { testEndings } from "./check-endings.ts";

const require = createRequire(import.meta.url);

test("it is the oldest that the peer range lets in", () => {
  const { version } = require("grpc-js-oldest/package.json") as { version: string };
  const { peerDependencies } = require("../../package.json") as {
    peerDependencies: Record<string, string>;
  };
  expect(peerDependencies["@grpc/grpc-js"]).toBe(`^${version}`);
});

testEndings(require("grpc-js-oldest") as GrpcCopy, ([record]) => {
  /* oxlint-disable vitest/no-standalone-expect -- called by a test */
  expect(record?.traceId).toBeUndefined();
});
