/** What the command says of trails that were attacked: exit code and output. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { signerOfFile } from "../../../src/seal/index.ts";
import { encodeKey } from "../../../src/seal/portable.ts";
import type { VerificationReport } from "../../../src/verify/index.ts";
import { resigned, strangersKey } from "../../support/forged-trail.ts";
import { openWorkshop, type Victim, victimOf } from "../../support/attacked-trail.ts";
import { runPrepared } from "../../support/prepared-command.ts";

const root = join(import.meta.dirname, "../../..");
const workshop = openWorkshop();
let stream = "";
beforeAll(() => {
  stream = workshop.write();
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, [stream]);

function verify(...args: readonly string[]): {
  readonly code: number | null;
  readonly out: string;
} {
  const { code, out, err } = runPrepared(["verify", ...args], { cwd: root });
  return { code, out: out + err };
}

test("a changed field: 1, with record, field and place", () => {
  const attacked = victim();
  attacked.record(7, (flat) => void (flat["actor_id"] = "eve"));
  const { code, out } = verify(attacked.directory);
  expect(code).toBe(1);
  expect(out).toContain("TAMPERED: 1 finding");
  expect(out).toContain(`record ${stream}.7: audit_actor_id is not the value that was signed`);
  expect(out).toContain(`${attacked.journal()}:7`);
});
test("a record away: 4, and as data", () => {
  const attacked = victim();
  attacked.rewrite(attacked.journal(), (lines) => lines.toSpliced(6, 1));
  const { code, out } = verify(attacked.path("journal"), "-o", "json");
  expect(code).toBe(4);
  const report = JSON.parse(out) as VerificationReport;
  expect(report.findings).toMatchObject([{ code: "records_missing", ranges: [[7, 7]] }]);
});
test("a foreign key: 1 with the right one, 0 without", () => {
  const attacked = victim();
  attacked.rewrite(attacked.journal(), (lines) => resigned(lines, strangersKey()));
  const key = encodeKey(signerOfFile(workshop.keyFile).key);
  expect(verify(attacked.path("journal"), "--public-key", key).code).toBe(1);
  expect(verify(attacked.path("journal"))).toMatchObject({ code: 0 });
});
test("only views are left: 0, 4 with --strict, and it is said", () => {
  const attacked = victim();
  rmSync(attacked.path("journal"), { recursive: true });
  const { code, out } = verify(attacked.directory);
  expect(code).toBe(0);
  expect(out).toContain("note: of 1 of 1 stream only views were read");
  expect(verify(attacked.directory, "--strict").code).toBe(4);
});
test("what steers terminals is not printed", () => {
  const attacked = victim();
  attacked.record(7, (flat) => void (flat["service"] = "\u001b[2J\u009b2J"));
  writeFileSync(attacked.path("evil\u001b[2J.jsonl"), "\u001b[2J\n");
  const { code, out } = verify(attacked.directory);
  expect(code).toBe(1);
  expect(out.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
});
test("nothing there: 3", () => {
  expect(verify(join(workshop.folder, "nowhere")).code).toBe(3);
});
