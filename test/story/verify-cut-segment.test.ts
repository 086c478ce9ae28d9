/** logrotate's `copytruncate` on a journal: what stood behind the cut is written again, and that is no attack. */
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAudit } from "otel-audit";
import { verifyFiles } from "otel-audit/verify";

const folder = mkdtempSync(join(tmpdir(), "otel-audit-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const copy = join(folder, "rotated.jsonl");
let segments: readonly string[] = [];

const linesOf = (file: string): readonly string[] =>
  readFileSync(file, "utf8").split("\n").filter(Boolean);

beforeAll(async () => {
  const directory = join(folder, "audit");
  const audit = await createAudit({ directory, format: "json", policy: { version: 1 } });
  const write = (count: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: count }, (_, at) =>
        audit.record({ action: "note_write", actor: "ann", details: { note: `note ${at}` } }),
      ),
    );
  await write(20);
  const stream = join(directory, "journal", audit.stream);
  copyFileSync(join(stream, "1.jsonl"), copy);
  truncateSync(join(stream, "1.jsonl"), 0);
  await write(20);
  await audit.close();
  segments = readdirSync(stream).map((name) => join(stream, name));
});

/** A line that stands in two segments, and where its second copy stands. */
function repeated(): { readonly line: string; readonly file: string } {
  const [first = "", ...others] = segments;
  for (const line of linesOf(first)) {
    const file = others.find((other) => linesOf(other).includes(line));
    if (file !== undefined) return { line, file };
  }
  throw new Error("no record stands in two segments");
}

describe("a segment that was copied and cut while it was written", () => {
  test("the journal alone: what is missing is missing, and nothing was inserted", async () => {
    expect(repeated().line).toContain("note_write");
    const { verdict, findings } = await verifyFiles(segments);
    expect(verdict).toBe("incomplete");
    expect(findings.map(({ code }) => code)).not.toContain("record_inserted");
  });

  test("with the copy: verified", async () => {
    const { verdict, findings } = await verifyFiles([...segments, copy]);
    expect([verdict, findings]).toEqual(["verified", []]);
  });

  test("a second copy that somebody changed is found", async () => {
    const { line, file } = repeated();
    const before = readFileSync(file, "utf8");
    writeFileSync(file, before.replace(line, line.replace("note_write", "note_wrote")));
    const { verdict, findings } = await verifyFiles(segments);
    writeFileSync(file, before);
    expect(verdict).toBe("tampered");
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: "record_altered",
        record: (JSON.parse(line) as { record_id: string }).record_id,
        file,
      }),
    );
  });

  test("where nobody can open what says of the cut, it cannot be told whether something was inserted", async () => {
    const { file } = repeated();
    const before = readFileSync(file, "utf8");
    writeFileSync(file, before.replace(/(,file:[\w-]{43}):[\w-]{22}/, "$1"));
    const { verdict, findings } = await verifyFiles(segments);
    writeFileSync(file, before);
    const codes = findings.map(({ code }) => code);
    expect(codes).toContain("field_unopenable");
    expect(codes).toContain("record_unproven");
    expect(codes).not.toContain("record_inserted");
    expect(verdict).toBe("incomplete");
  });

  test("a record that somebody wrote once more is found where no segment was cut", async () => {
    const { line, file } = repeated();
    const before = readFileSync(file, "utf8");
    const [first = ""] = segments;
    // The record of the cut is what excuses it.
    const without = linesOf(file).filter((other) => !other.includes("audit_file_change"));
    writeFileSync(file, `${without.join("\n")}\n`);
    const { findings } = await verifyFiles(segments);
    writeFileSync(file, before);
    expect(linesOf(first)).toContain(line);
    expect(findings.map(({ code }) => code)).toContain("record_inserted");
  });
});
