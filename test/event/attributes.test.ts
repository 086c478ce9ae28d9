/** The names that others define are written out in our code: they are still theirs. */
import * as conventions from "@opentelemetry/semantic-conventions";
import { expect, test } from "vitest";
import * as ours from "../../src/event/attributes.ts";

const theirs: Readonly<Record<string, unknown>> = { ...conventions };
const shared = Object.entries(ours).filter(
  ([name, value]) => name.startsWith("ATTR_") && !String(value).startsWith("audit."),
);

test("there are some", () => {
  expect(shared.length).toBeGreaterThan(5);
});

test.each(shared)("%s is the name of OpenTelemetry's semantic conventions", (name, value) => {
  expect(value).toBe(theirs[name]);
});
