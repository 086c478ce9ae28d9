import { describe, expect, test } from "vitest";
import { createFindingList, type FindingList } from "../../src/verify/finding-list.ts";

test("of each kind a thousand are listed, and the rest is counted", () => {
  const list = createFindingList(false);
  for (let at = 0; at < 1002; at++) list.add("record_altered", { message: String(at) });
  list.add("salt_left", { message: "another kind" });
  expect(list.unlisted()).toEqual([
    { code: "record_altered", severity: "tampered", count: 2, records: [], unnamed: 0 },
  ]);
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

describe("findings that are not listed", () => {
  const STREAM = "UnLiStEdStReAmAa";
  const listOf = (): FindingList => {
    const list = createFindingList(false);
    for (let at = 0; at < 1000; at++) list.add("record_altered", { message: "" });
    return list;
  };

  test("name their records as ranges", () => {
    const list = listOf();
    for (const sequence of [7, 8, 9, 12, 3, 4, 9]) {
      const record = `${STREAM}.${sequence}`;
      list.add("record_altered", { message: "", stream: STREAM, record });
    }
    list.add("record_altered", { message: "", stream: "other", ranges: [[1, 5]] });
    expect(list.unlisted()).toEqual([
      {
        code: "record_altered",
        severity: "tampered",
        count: 8,
        records: [
          {
            stream: STREAM,
            ranges: [
              [3, 4],
              [7, 9],
              [12, 12],
            ],
          },
          { stream: "other", ranges: [[1, 5]] },
        ],
        unnamed: 0,
      },
    ]);
  });

  test("fill no memory, and say of how many the records are not kept", () => {
    const list = listOf();
    for (let at = 1; at <= 10_010; at++)
      list.add("record_altered", { message: "", record: `${STREAM}.${2 * at}` });
    const [unlisted] = list.unlisted();
    expect(unlisted).toMatchObject({ count: 10_010, unnamed: 10 });
    expect(unlisted?.records[0]?.ranges).toHaveLength(10_000);
  });
});
