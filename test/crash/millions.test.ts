import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { measureMillions } from "./millions.ts";

/** `npm run soak -- millions` asks for more, and looks at the times. */
const RECORDS = 10_000;

test("a flood of records, two kills, two starts: everything stands in the journal and in both views", async () => {
  const { lines } = await measureMillions({
    records: RECORDS,
    below: temporaryDirectory(),
    isShipping: true,
  });
  // Each start adds one.
  const all = RECORDS + 2;
  expect(lines).toEqual({ journal: all, csv: all, json: all });
});
