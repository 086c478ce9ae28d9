/**
 * Writes a week's trail in a moment: `node play-week.ts DIRECTORY`.
 *
 * The clock of this process says what each step says. A real service needs none of this: it records what
 * happens when it happens.
 */
import { createAudit } from "otel-audit";
import { WEEK } from "./week.ts";

const [, , directory] = process.argv;
if (directory === undefined) throw new Error("usage: node play-week.ts DIRECTORY");

let millis = Date.parse(WEEK[0]?.at ?? "") - 60_000;
Date.now = () => millis;

const audit = await createAudit({
  directory,
  service: "street-signs",
  policy: {
    version: 1,
    coverage: "off",
    roles: {
      reviewer: ["review_state_change", "assignment_reject", "sample_restore"],
      annotator: ["tag_add", "tag_remove", "sample_discard", "query_execute"],
    },
  },
});
for (const { at, event } of WEEK) {
  millis = Date.parse(at);
  await audit.record(event);
}
millis += 60_000;
await audit.close();
