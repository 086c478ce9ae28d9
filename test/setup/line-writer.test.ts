import { diag, DiagLogLevel } from "@opentelemetry/api";
import { expect, onTestFinished, test } from "vitest";
import { createLineWriter } from "../../src/setup/line-writer.ts";

test("a diag logger that throws is no reason to throw", () => {
  let isBroken = false;
  const fail = (): void => {
    if (isBroken) throw new Error("planted");
  };
  diag.setLogger(
    { verbose: fail, debug: fail, info: fail, warn: fail, error: fail },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  );
  onTestFinished(() => diag.disable());
  isBroken = true;
  onTestFinished(() => void (isBroken = false));
  expect(() => createLineWriter((text) => text)("hello")).not.toThrow();
});
