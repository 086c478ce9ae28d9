/** The redaction policy of an audit log: found, trusted, keyed, and in force in everything written. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AuditOptions, createAudit } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import { recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const KEY = "0123456789abcdef0123456789abcdef";

function file(name: string, text: string, mode = 0o600): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

async function bodyUnder(options: AuditOptions): Promise<unknown> {
  const directory = temporaryDirectory();
  const audit = await createAudit({ directory, policy: { version: 1 }, ...options });
  await audit.record({
    action: "note_write",
    actor: "ann@example.org",
    details: { note: "for customer C-1234", owner: "bob" },
  });
  await audit.close();
  const [record] = recordsIn(directory);
  for (const view of ["audit_log.json", "audit_log.csv"]) {
    expect(readFileSync(join(directory, view), "utf8")).not.toContain("C-1234");
  }
  return { actor: record?.attributes["audit.actor.id"], ...record?.body };
}

const POLICY = `version: 1
identity: pseudonym
values:
  - { name: customer, regex: "C-[0-9]{4}" }
keys:
  - { names: [owner], action: hash }
`;

test("from a file, with a key: stable over restarts", async () => {
  const options = {
    redaction: file("redaction.yaml", POLICY),
    redactionKeyFile: file("redaction.key", `${KEY}\n`),
  };
  const first = await bodyUnder(options);
  expect(first).toEqual({
    actor: expect.stringMatching(/^hmac:/) as string,
    note: "for customer ****",
    owner: expect.stringMatching(/^hmac:/) as string,
  });
  expect(await bodyUnder(options)).toEqual(first);
});

test("as an object; parameter over environment", async () => {
  process.env["AUDIT_REDACTION_FILE"] = "/nowhere/redaction.yaml";
  onTestFinished(() => void delete process.env["AUDIT_REDACTION_FILE"]);
  await expect(bodyUnder({})).rejects.toMatchObject({ code: "unreadable" });
  expect(
    await bodyUnder({
      redaction: { version: 1, keys: [{ names: ["note", "owner"], action: "drop" }] },
    }),
  ).toEqual({ actor: "ann@example.org" });
});

test("what is dropped or a pseudonym is nowhere in the directory, attributes too", async () => {
  const directory = temporaryDirectory();
  const audit = await createAudit({
    directory,
    policy: { version: 1 },
    redaction: {
      version: 1,
      identity: "drop",
      keys: [{ names: ["audit.reason", "audit.target.*"], action: "drop" }],
      values: [{ name: "codename", regex: "bluebird", action: "drop" }],
    },
  });
  await audit.record({
    action: "note_write",
    actor: { id: "ann-7", delegator: "bob-7" },
    source: { id: "192.0.2.7", type: "ip" },
    target: { type: "project-7", id: "secret-7" },
    reason: "why-7",
    error: "bluebird-7 is closed",
    snapshot: "for bluebird",
  });
  await audit.close();
  const [record] = recordsIn(directory);
  expect(Object.keys(record?.attributes ?? {}).toSorted()).toEqual([
    "audit.action",
    "audit.actor.authentication",
    "audit.actor.id",
    "audit.actor.type",
    "audit.category",
    "audit.impact",
    "audit.integrity.fields",
    "audit.outcome",
    "audit.record.id",
    "audit.record.kind",
    "audit.redaction.rules",
    "audit.schema.version",
    "audit.sequence.number",
    "audit.source.type",
    "audit.time",
  ]);
  for (const view of ["audit_log.json", "audit_log.csv"]) {
    expect(readFileSync(join(directory, view), "utf8")).not.toMatch(/-7|bluebird|192\.0\.2/);
  }
});

test("the start record tells by which policy", async () => {
  const digestUnder = async (options: AuditOptions): Promise<unknown> => {
    const directory = temporaryDirectory();
    const audit = await createAudit({
      directory,
      format: "journal",
      policy: { version: 1 },
      ...options,
    });
    await audit.close();
    const [line = "{}"] = readFileSync(
      join(directory, "journal", audit.stream, "1.jsonl"),
      "utf8",
    ).split("\n");
    const { details } = JSON.parse(line) as { details: { policies: { redaction: string } } };
    return details.policies.redaction;
  };
  expect(await digestUnder({})).not.toBe(
    await digestUnder({ redaction: { version: 1, identity: "drop" } }),
  );
});

test.each<[name: string, options: () => AuditOptions, code: string, message: RegExp]>([
  [
    "no key",
    () => ({ redaction: { version: 1, identity: "pseudonym" } }),
    "invalid_policy",
    /need a key: set AUDIT_REDACTION_KEY_FILE .*openssl rand -base64 32/,
  ],
  [
    "a key that others may read",
    () => ({
      redaction: { version: 1, identity: "pseudonym" },
      redactionKeyFile: file("k", KEY, 0o640),
    }),
    "untrusted_file",
    /may be read or written by others: chmod 600/,
  ],
  [
    "a short key",
    () => ({
      redaction: { version: 1, identity: "pseudonym" },
      redactionKeyFile: file("k", "short\n"),
    }),
    "invalid_option",
    /has 5 bytes: it needs at least 32/,
  ],
  [
    "a key that is not there",
    () => ({ redaction: { version: 1, identity: "pseudonym" }, redactionKeyFile: "/nowhere/k" }),
    "unreadable",
    /cannot read the redaction key \/nowhere\/k/,
  ],
  [
    "a policy that everybody may write",
    () => ({ redaction: file("redaction.yaml", "version: 1", 0o666) }),
    "untrusted_file",
    /may be written by everybody/,
  ],
  [
    "an action that nobody knows",
    () => ({ redaction: { version: 1, actions: { no_action: {} } } }),
    "invalid_policy",
    /unknown action "no_action"/,
  ],
])("%s stops the start", async (_name, options, code, message) => {
  await expect(
    createAudit({ directory: temporaryDirectory(), policy: { version: 1 }, ...options() }),
  ).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
});
