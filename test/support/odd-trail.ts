/** A sealed trail of one process, with values that are odd. */
import { sign } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAudit, defineAction } from "otel-audit";
import { keyOfTest } from "./fixed-stream.ts";

const FIRST = keyOfTest(0);
const odd = defineAction({ name: "odd", category: "test" });

/** Everything that is odd and that somebody may record. */
const ODD = {
  note: "plateau",
  small: 1e-7,
  large: 1e21,
  safe: 2 ** 53 - 1,
  beyond: 2 ** 53 + 2,
  negative: -0,
  empty: { text: "", list: [], map: {}, none: null, deep: { map: { map: {} } } },
  list: [{ z: 1, a: [null, true, 1.5, "ü"] }, [], {}],
  "a.b": 1,
  a: { b: 2, "b.": 3 },
  a_b: 4,
  "audit.note": "like an attribute",
  client: { id: 1 },
  "": "nameless",
  "Größe 😀": "line\nbreak\u2028 \u007f \u0001 \\ \"quoted\", 'and' \r\n",
  cell: "=SUM(A1)",
  half: "\ud800",
  html: "</script>&",
  id: "\u00e9 e\u0301",
};

const signFirst = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from(sign(null, bytes, FIRST.private));

/** Lines of a journal and views that a process wrote and closed. */
export async function writeOddTrail(): Promise<{
  readonly lines: readonly string[];
  readonly views: { readonly csv: string; readonly json: string };
}> {
  const directory = mkdtempSync(join(tmpdir(), "otel-audit-test-"));
  const signer = { publicKey: FIRST.note.publicKey, sign: signFirst };
  const audit = await createAudit({
    directory,
    policy: { version: 1 },
    actions: [odd],
    seal: { signer },
  });
  const change = {
    before: { rate: 1e-7, ids: [1, 2], same: 1 },
    after: { rate: 1e21, ids: [2, 3], same: 1 },
  };
  await audit.record({ action: "odd", actor: "ann", reason: "-because", details: ODD, ...change });
  for (let count = 0; count < 5; count++) {
    const target = { type: "sample", id: `=${count}` };
    await audit.record({ action: "odd", actor: `user ${count}`, target, details: { count } });
  }
  await audit.record({
    action: "odd",
    actor: "eve",
    error: new TypeError('no, "not" so'),
    outcome: "denied",
  });
  await audit.close();
  const inside = join(directory, "journal", audit.stream);
  const written = {
    lines: readdirSync(inside).flatMap((name) =>
      readFileSync(join(inside, name), "utf8").trimEnd().split("\n"),
    ),
    views: {
      csv: readFileSync(join(directory, "audit_log.csv"), "utf8"),
      json: readFileSync(join(directory, "audit_log.json"), "utf8"),
    },
  };
  rmSync(directory, { recursive: true });
  return written;
}
