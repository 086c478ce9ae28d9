/** Somebody redacts, more than they may or not as one does, or takes a redaction back. */
import { writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import {
  EXIT,
  expectVerdict,
  type Flat,
  judge,
  openWorkshop,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";

const workshop = openWorkshop();
let stream = "";
beforeAll(() => {
  stream = workshop.write();
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, [stream]);

const SEAL = "audit.integrity.fields";
/** Takes the salt of a field away, or of all of them. */
const unsalt =
  (key?: string) =>
  (flat: Flat): void => {
    const entry = new RegExp(
      `((?:^|,)${key ?? "[a-z_]+"}:[A-Za-z0-9_-]{43}):[A-Za-z0-9_-]{22}`,
      "g",
    );
    flat.attributes[SEAL] = String(flat.attributes[SEAL]).replace(entry, "$1");
  };
const set =
  (values: object) =>
  (flat: Flat): void =>
    void Object.assign(flat, values);
const inAfter =
  (values: object) =>
  (flat: Flat): void =>
    void Object.assign((flat["details"] as { after: object }).after, values);
const both =
  (...changes: readonly ((flat: Flat) => void)[]) =>
  (flat: Flat): void =>
    changes.forEach((change) => change(flat));

const at = (code: string, key: string): string => `${code} A.7 A/1.jsonl:7 ${key}`;
const KEYS = [
  "after_batch",
  "after_lr",
  "after_tags",
  "audit_actor_id",
  "audit_reason",
  "audit_target_id",
  "before_batch",
  "before_lr",
  "before_tags",
  "enabled",
  "ratio",
  "trace",
];
const HASH = "5f0c9a1be1b1c62a9d6f0e4f1e7f4a55";

describe("a field that may be redacted", () => {
  test.each<readonly [string, (flat: Flat) => void, keyof typeof EXIT, readonly string[]]>([
    [
      "is masked, as one does",
      both(set({ reason: "****" }), unsalt("audit_reason")),
      "verified",
      [],
    ],
    [
      "is taken away, as one does",
      both((flat) => void delete flat["reason"], unsalt("audit_reason")),
      "verified",
      [],
    ],
    ["is masked, and its salt left", set({ reason: "****" }), "verified", ["salt_left x1"]],
    [
      "is a list, and each item is masked",
      both(inAfter({ tags: ["****"] }), unsalt("after_tags")),
      "verified",
      [],
    ],
    ["is a number, and masked", both(inAfter({ lr: "****" }), unsalt("after_lr")), "verified", []],
    ["is emptied", both(set({ reason: "" }), unsalt("audit_reason")), "verified", []],
    [
      "is masked in part",
      both(set({ reason: "loss is ****" }), unsalt("audit_reason")),
      "inconclusive",
      [at("field_unexplained", "audit_reason")],
    ],
    [
      "is masked in part, and its salt left",
      set({ reason: "loss is ****" }),
      "inconclusive",
      [at("field_unexplained", "audit_reason")],
    ],
    [
      "gets what looks like a hash",
      both(set({ actor_id: HASH }), unsalt("audit_actor_id")),
      "inconclusive",
      [at("field_unexplained", "audit_actor_id")],
    ],
    [
      "gets what looks like a pseudonym",
      both(set({ actor_id: `hmac:k1:${HASH}` }), unsalt("audit_actor_id")),
      "inconclusive",
      [at("field_unexplained", "audit_actor_id")],
    ],
    [
      "gets another value, and loses its salt",
      both(set({ actor_id: "eve" }), unsalt("audit_actor_id")),
      "inconclusive",
      [at("field_unopenable", "audit_actor_id")],
    ],
    [
      "keeps its value, and loses its salt",
      unsalt("audit_actor_id"),
      "inconclusive",
      [at("field_unopenable", "audit_actor_id")],
    ],
    [
      "has one of its items masked and another value in the other",
      inAfter({ tags: ["****", "easy"] }),
      "inconclusive",
      [at("field_unexplained", "after_tags")],
    ],
    [
      "gets another value with a mask in it",
      set({ actor_id: "eve****" }),
      "inconclusive",
      [at("field_unexplained", "audit_actor_id")],
    ],
    [
      "gets the salt of another field",
      (flat) => {
        const [one = "", other = ""] =
          String(flat.attributes[SEAL]).match(/[A-Za-z0-9_-]{22}(?=,|$)/g) ?? [];
        flat.attributes[SEAL] = String(flat.attributes[SEAL]).replace(one, other);
      },
      "tampered",
      [at("field_altered", "after_batch")],
    ],
  ])("%s", async (_name, change, verdict, findings) => {
    const attacked = victim();
    attacked.record(7, change);
    expectVerdict(await judge(attacked), verdict, findings);
  });

  test("all salts are taken away, and all values left", async () => {
    const attacked = victim();
    attacked.record(7, unsalt());
    expectVerdict(
      await judge(attacked),
      "inconclusive",
      KEYS.map((key) => at("field_unopenable", key)),
    );
  });

  test("what was redacted is counted by its key", async () => {
    const attacked = victim();
    for (const line of [10, 11])
      attacked.record(line, both(set({ actor_id: "****" }), unsalt("audit_actor_id")));
    const { report } = await judge(attacked);
    expect(report.redactions).toEqual({ audit_actor_id: 2 });
  });
});

describe("a redaction that the policy does not ask for", () => {
  const isExplained = (key: string): boolean => key === "audit_reason";
  test("is told where a policy is given", async () => {
    const attacked = victim();
    attacked.record(
      7,
      both(
        set({ reason: "****", actor_id: "****" }),
        unsalt("audit_reason"),
        unsalt("audit_actor_id"),
      ),
    );
    expectVerdict(await judge(attacked, { isExplained }), "inconclusive", [
      at("field_unexplained", "audit_actor_id"),
    ]);
    expectVerdict(await judge(attacked), "verified", []);
  });
  test("is told by its policy, where another one was in force", async () => {
    expectVerdict(await judge(victim(), { redactionDigests: ["none"] }), "inconclusive", [
      "policy_differs A.2 A/1.jsonl:2",
      "policy_differs A.2 audit_checkpoints.jsonl:1",
    ]);
  });
});

test.each<readonly [string, (flat: Flat) => void]>([
  ["the type of the actor", set({ actor_type: "****" })],
  ["the action", set({ action_type: "****" })],
  ["the time", set({ timestamp: "****" })],
  ["the outcome", set({ outcome: "****", status: "failed" })],
])("what may not be redacted is masked all the same: %s", async (_name, change) => {
  const attacked = victim();
  attacked.record(7, change);
  const { report, said } = await judge(attacked);
  expect(said).toContain("record_altered A.7 A/1.jsonl:7");
  expect(report.exitCode).toBe(1);
});

describe("a redaction that is taken back", () => {
  /** Record 7 with and without its reason. */
  function redacted(attacked: Victim): string {
    const before = attacked.lines(attacked.journal())[6] ?? "";
    attacked.record(7, both(set({ reason: "****" }), unsalt("audit_reason")));
    return before;
  }
  test("with the right value and its salt", async () => {
    const attacked = victim();
    const before = redacted(attacked);
    attacked.line(7, () => before);
    expectVerdict(await judge(attacked), "verified", []);
  });
  test("with the right value, without its salt", async () => {
    const attacked = victim();
    redacted(attacked);
    attacked.record(7, set({ reason: "loss is José's" }));
    expectVerdict(await judge(attacked), "inconclusive", [at("field_unopenable", "audit_reason")]);
  });
  test("with another value and the salt", async () => {
    const attacked = victim();
    const before = redacted(attacked);
    attacked.line(7, () => before.replace("loss is", "gain is"));
    expectVerdict(await judge(attacked), "tampered", [at("field_altered", "audit_reason")]);
  });
  test("with another value and the salt, in a copy", async () => {
    const attacked = victim();
    const before = redacted(attacked);
    writeFileSync(attacked.path("copy.jsonl"), `${before.replace("loss is", "gain is")}\n`);
    expectVerdict(await judge(attacked), "tampered", [
      "field_altered A.7 copy.jsonl:1 audit_reason",
    ]);
  });
});
