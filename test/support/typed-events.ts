/** Events with lists, numbers, yes and no, and maps: what stores that keep nothing but texts lose. */
import {
  type AnyEvent,
  type AuditRecord,
  createCatalogue,
  DEFAULT_REDACTABLE,
  normaliseMap,
} from "../../src/event/index.ts";
import { createRecordSealer, createRedactable } from "../../src/seal/index.ts";

const dataset = { type: "dataset", id: "d-1" };

/** What happened, the first first. */
export const TYPED_EVENTS: readonly AnyEvent[] = [
  {
    action: "sample_discard",
    actor: "bob",
    target: dataset,
    reason: "blurry",
    details: { sample_ids: ["s1", "s2", "it's <s3>"], origins: ["train", "train", "val"] },
  },
  {
    action: "sample_restore",
    actor: "cleo",
    target: dataset,
    reason: "not that blurry",
    details: { sample_ids: ["s1"] },
  },
  {
    action: "sample_discard",
    actor: { id: "tuner", type: "agent", delegator: "ann" },
    target: dataset,
    reason: "auto",
    details: { samples_affected: 12 },
  },
  {
    action: "sample_discard",
    actor: "bob",
    target: dataset,
    details: { sample_ids: Array.from({ length: 130 }, (_, at) => `many-${at}`) },
  },
  {
    action: "sample_discard",
    actor: "bob",
    target: dataset,
    outcome: "denied",
    error: "frozen",
    details: { sample_ids: ["s4"] },
  },
  {
    action: "tag_add",
    actor: "bob",
    target: dataset,
    details: { tag_name: "7", sample_ids: ["s2", "s5"] },
  },
  ...[false, true].map((isHuman): AnyEvent => ({
    action: "decision",
    actor: { id: "gate", type: "service" },
    target: { type: "loan", id: isHuman ? "loan-2" : "loan-1" },
    details: {
      model_version: "1",
      inputs: { table: "loans", row: 7 },
      output: "accept",
      confidence: isHuman ? 0.9 : 0.25,
      threshold: 0.5,
      rationale: "score",
      policy_overrides: isHuman ? ["vip", "large"] : [],
      human_in_the_loop: isHuman,
    },
  })),
  {
    action: "decision_override",
    actor: "ann",
    reason: "appeal",
    target: { type: "loan", id: "loan-1" },
    details: { decision_id: "loan-1", original_output: "reject", new_output: "accept" },
  },
  {
    action: "checkpoint_restore",
    actor: "ann",
    target: { type: "checkpoint", id: "c-7" },
    details: { checkpoint_id: "7", step: 400, weights_only: true, "mlflow.run_id": "run-7" },
  },
  { action: "export_toggle", actor: "ann", target: dataset, details: { enabled: false } },
  {
    action: "project_setting_change",
    actor: "ann",
    target: { type: "project", id: "p-1" },
    before: { limits: { rate: 1, names: ["a"] }, isOpen: true },
    after: { limits: { rate: 2.5, names: ["a", "b"] }, isOpen: false },
  },
];

/** What is found by the values of their details. */
export const TYPED_QUESTIONS: readonly string[] = [
  "sample:s1",
  "sample:s2,many-3",
  `sample:"it's <s3>"`,
  "-has:sample",
  "about:s1",
  "about:run-7",
  "about:c-7",
  "project:p-1",
  "details.sample_ids:s1",
  "details.sample_ids:many-*",
  "details.sample_ids_count:130",
  "details.samples_affected:>3",
  "details.policy_overrides:vip",
  "-details.policy_overrides:vip",
  "details.human_in_the_loop:true",
  "details.human_in_the_loop:false",
  "details.weights_only:true",
  "details.enabled:false",
  "details.confidence:0.25",
  "details.confidence:>0.5",
  "details.threshold:<=0.5",
  "details.step:400",
  "details.model_version:1",
  "details.tag_name:7",
  "details.inputs.row:7",
  "details.inputs.table:loans",
  "details.mlflow.run_id:run-7",
  "changed:limits.rate",
  "changed:rate",
  "details.after.limits.rate:>2",
  "details.before.isOpen:true",
  "details.after.isOpen:false",
  "many-99",
];

/** The events as records of one stream, sealed as far as that is their own. */
export function typedTrail(stream: string = "TyPeDtReAmAaBbCc"): readonly AuditRecord[] {
  const catalogue = createCatalogue();
  const seal = createRecordSealer(createRedactable(() => DEFAULT_REDACTABLE));
  return TYPED_EVENTS.map(({ action, actor, target, details, before, after, ...event }, at) => {
    const { record } = seal({
      attributes: {
        "audit.record.id": `${stream}.${at + 1}`,
        "audit.record.kind": "result",
        "audit.sequence.number": at + 1,
        "audit.schema.version": "1",
        "audit.time": `2026-10-01T09:00:${String(at).padStart(2, "0")}.000000Z`,
        "audit.action": action,
        "audit.category": catalogue.find(action)?.category ?? "custom",
        "audit.outcome": event.outcome ?? "success",
        "audit.actor.id": typeof actor === "object" ? actor.id : String(actor),
        ...(target === undefined
          ? {}
          : { "audit.target.type": String(target.type), "audit.target.id": String(target.id) }),
      },
      body: normaliseMap(Object.assign({}, details, { before, after })),
      service: "trainer",
    });
    return record;
  });
}
