import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prepareCollectorDirectory } from "../../src/collector/index.ts";
import { CSV_HEADER, decodeCsvRows, encodeCsvRow } from "../../src/format/index.ts";
import { fullRecord, resultRecord } from "../support/records.ts";
import { runCommand } from "../support/running-command.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const row = encodeCsvRow(fullRecord);
const next = encodeCsvRow(resultRecord("AbCdEfGhIjKlMnOp", 8));
const idsOf = (path: string): unknown[] =>
  decodeCsvRows(readFileSync(path, "utf8").slice(CSV_HEADER.length)).map(
    ({ record }) => record.attributes["audit.record.id"],
  );

test("a new directory gets folders 0700 and files 0600, and a second time nothing is done", () => {
  const directory = join(temporaryDirectory(), "collector");
  expect(prepareCollectorDirectory(directory).done).toEqual([
    `wrote the header of ${join(directory, "audit.csv")}`,
  ]);
  expect(readFileSync(join(directory, "audit.csv"), "utf8")).toBe(CSV_HEADER);
  expect(readFileSync(join(directory, "audit.jsonl"), "utf8")).toBe("");
  const modeOf = (name: string): number => statSync(join(directory, name)).mode & 0o777;
  expect(["", "queue", "audit.csv", "audit.jsonl"].map(modeOf)).toEqual([
    0o700, 0o700, 0o600, 0o600,
  ]);
  expect(prepareCollectorDirectory(directory).done).toEqual([]);
});

test.each([0o755, 0o750, 0o711])(
  "a directory that lets others in (%o) is said on stderr, and left so",
  async (mode) => {
    const directory = join(temporaryDirectory(), "open");
    mkdirSync(directory);
    chmodSync(directory, mode);
    const { code, out, err } = await runCommand(["collector", "prepare", "-d", directory]);
    expect(code).toBe(0);
    expect(err).toContain(`${directory} has mode 0${mode.toString(8)}: other users`);
    expect(out).not.toContain("has mode");
    expect(statSync(directory).mode & 0o777).toBe(mode);
    chmodSync(directory, 0o700);
    expect((await runCommand(["collector", "prepare", "-d", directory])).err).toBe("");
  },
);

test("a JSON line that was cut is ended", () => {
  const directory = temporaryDirectory();
  const path = join(directory, "audit.jsonl");
  writeFileSync(path, '{"a":1}\n{"b":');
  prepareCollectorDirectory(directory);
  expect(readFileSync(path, "utf8")).toBe('{"a":1}\n{"b":\n');
});

describe("a CSV file that ends in the middle", () => {
  // Every place of a row with quotes, guards and a line break inside a cell.
  const cuts = Array.from({ length: row.length - 1 }, (_, at) => at + 1);

  test("is whole again wherever it was cut, and what comes next can be read", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "audit.csv");
    for (const cut of cuts) {
      writeFileSync(path, CSV_HEADER + next + row.slice(0, cut));
      const { done } = prepareCollectorDirectory(directory);
      expect(done.filter((line) => line.includes(path))).toHaveLength(1);
      appendFileSync(path, next);
      // Only the last byte of the row can be missing without a loss.
      const kept = cut === row.length - 1 ? ["AbCdEfGhIjKlMnOp.7"] : [];
      expect(idsOf(path)).toEqual(["AbCdEfGhIjKlMnOp.8", ...kept, "AbCdEfGhIjKlMnOp.8"]);
    }
  });

  test("loses no row behind one that a full disk cut further up", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "audit.csv");
    const later = Array.from({ length: 20 }, (_, at) =>
      encodeCsvRow(resultRecord("AbCdEfGhIjKlMnOp", at + 100)),
    );
    for (const cut of cuts.filter((at) => at % 5 === 0)) {
      const sound = CSV_HEADER + next + row.slice(0, cut) + later.join("");
      writeFileSync(path, sound);
      expect(prepareCollectorDirectory(directory).done).toEqual([]);
      writeFileSync(path, sound + row.slice(0, cut));
      prepareCollectorDirectory(directory);
      expect(readFileSync(path, "utf8").startsWith(sound)).toBe(true);
      appendFileSync(path, next);
      expect(readFileSync(path, "utf8").endsWith(`\n${next}`)).toBe(true);
    }
  });

  test("keeps beside the file what it takes off", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "audit.csv");
    writeFileSync(path, CSV_HEADER + next + row.slice(0, 100));
    const { done } = prepareCollectorDirectory(directory);
    expect(done).toEqual([
      `took off the last row of ${path}, which was cut (${Buffer.byteLength(row.slice(0, 100))} bytes, now in ${path}.torn)`,
    ]);
    expect(readFileSync(`${path}.torn`, "utf8")).toBe(`${row.slice(0, 100)}\n`);
    expect(statSync(`${path}.torn`).mode & 0o777).toBe(0o600);
  });

  test("keeps a last row that lacks only its line end", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "audit.csv");
    writeFileSync(path, CSV_HEADER + next + row.slice(0, -1));
    expect(prepareCollectorDirectory(directory).done).toEqual([
      `ended the last line of ${path}, which was cut`,
    ]);
    expect(readFileSync(path, "utf8")).toBe(CSV_HEADER + next + row);
  });

  test("takes off a row that was cut inside of quotes, right after a line break", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "audit.csv");
    const cut = row.slice(0, row.indexOf("\n") + 1);
    expect(cut.length).toBeLessThan(row.length);
    writeFileSync(path, CSV_HEADER + next + cut);
    expect(prepareCollectorDirectory(directory).done).toEqual([
      `took off the last row of ${path}, which was cut (${Buffer.byteLength(cut)} bytes, now in ${path}.torn)`,
    ]);
    expect(readFileSync(path, "utf8")).toBe(CSV_HEADER + next);
  });

  test("is repaired also when it is larger than a read", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "audit.csv");
    const whole = CSV_HEADER + row.repeat(3000);
    writeFileSync(path, whole + row.slice(0, 400));
    prepareCollectorDirectory(directory);
    expect(readFileSync(path, "utf8")).toBe(whole);
  });

  test("a header that was cut is written again", () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "audit.csv"), CSV_HEADER.slice(0, 30));
    prepareCollectorDirectory(directory);
    expect(readFileSync(join(directory, "audit.csv"), "utf8")).toBe(CSV_HEADER);
  });
});

test("a file with another header is not touched", () => {
  const directory = temporaryDirectory();
  const path = join(directory, "audit.csv");
  writeFileSync(path, "time,who\n1,ann");
  expect(() => prepareCollectorDirectory(directory)).toThrow(
    expect.objectContaining({
      code: "unreadable",
      message: expect.stringContaining(`${path} has another header`) as string,
    }),
  );
  expect(readFileSync(path, "utf8")).toBe("time,who\n1,ann");
});

test("a directory that cannot be made is named", () => {
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  mkdirSync(join(temporaryDirectory(), "x"));
  expect(() => prepareCollectorDirectory(join(file, "collector"))).toThrow(
    expect.objectContaining({
      code: "directory_unusable",
      message: expect.stringContaining(file) as string,
    }),
  );
});
