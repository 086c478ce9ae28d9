import { expect, test } from "vitest";
import { createFindingList } from "../../src/verify/finding-list.ts";

test("of each kind a thousand are listed, and the rest is counted", () => {
  const list = createFindingList(false);
  for (let at = 0; at < 1002; at++) list.add("record_altered", { message: String(at) });
  list.add("salt_left", { message: "another kind" });
  expect(list.unlisted()).toBe(2);
  const findings = list.findings();
  expect(findings).toHaveLength(1001);
  expect(findings[999]).toEqual({
    code: "record_altered",
    severity: "tampered",
    message: "999",
  });
  expect(findings[1000]?.code).toBe("salt_left");
});

test.each([
  [false, ["note", "note", "tampered"]],
  [true, ["inconclusive", "note", "tampered"]],
])("what cannot be shown is inconclusive where somebody is strict: %s", (isStrict, severities) => {
  const list = createFindingList(isStrict);
  for (const code of ["records_unsigned", "stream_unclosed", "record_altered"] as const)
    list.add(code, { message: "" });
  expect(list.findings().map(({ severity }) => severity)).toEqual(severities);
});
