/**
 * A release week of a team that labels street signs and trains a model on them: what happened, and when.
 *
 * ann owns the project, cleo and eve review, bob annotates, tuner is an agent that searches parameters for
 * ann, release-bot carries releases out, gate decides about single pictures.
 */
import type { Audit } from "otel-audit";

/** What happened, and when. */
export interface Step {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: Parameters<Audit["record"]>[0];
}

const ann = { id: "ann", role: "owner" } as const;
const bob = { id: "bob", role: "annotator" } as const;
const cleo = { id: "cleo", role: "reviewer" } as const;
const eve = { id: "eve", role: "reviewer" } as const;
const tuner = { id: "tuner", type: "agent", delegator: "ann" } as const;
const bot = { id: "release-bot", type: "service" } as const;
const gate = { id: "gate", type: "service" } as const;

const PROJECT = "street-signs";
const project = { type: "project", id: PROJECT } as const;
const run = { type: "experiment", id: "exp-7" } as const;
const dataset = { type: "dataset", id: "signs-2026" } as const;
const model = { type: "model", id: "sign-reader" } as const;
const checkpoint = (id: string) => ({ type: "checkpoint", id }) as const;
const user = (id: string) => ({ type: "user", id }) as const;

const monday: readonly Step[] = [
  {
    at: "2026-10-05T08:00:00Z",
    event: {
      action: "user_create",
      actor: ann,
      target: user("eve"),
      after: { role: "reviewer" },
      reason: "second reviewer for the release",
      authorization: { id: "OPS-411", by: "dana" },
    },
  },
  {
    at: "2026-10-05T08:30:00Z",
    event: {
      action: "label_schema_change",
      actor: ann,
      target: project,
      before: { classes: ["stop", "yield"] },
      after: { classes: ["stop", "yield", "no-entry"] },
      reason: "no-entry signs were labelled as stop",
      details: { project: PROJECT, label_class: "no-entry" },
    },
  },
  {
    at: "2026-10-05T09:00:00Z",
    event: {
      action: "hp_change",
      actor: ann,
      target: run,
      before: { learning_rate: 0.001, batch_size: 32 },
      after: { learning_rate: 0.01, batch_size: 32 },
      reason: "loss has been flat since step 4000",
    },
  },
  {
    at: "2026-10-05T09:05:00Z",
    event: {
      action: "mode_switch",
      actor: ann,
      target: run,
      details: { from: "evaluation", to: "train" },
    },
  },
  {
    at: "2026-10-05T11:40:00Z",
    event: {
      action: "checkpoint_save",
      actor: tuner,
      target: checkpoint("ckpt-4100"),
      details: { checkpoint_id: "ckpt-4100", step: 4100 },
    },
  },
  {
    at: "2026-10-05T13:10:00Z",
    event: {
      action: "tag_add",
      actor: bob,
      target: dataset,
      details: {
        tag_name: "blurry",
        sample_ids: ["s-17", "s-18", "s-44"],
        samples_affected: 3,
        origins: ["train", "train", "val"],
      },
    },
  },
  {
    at: "2026-10-05T13:20:00Z",
    event: {
      action: "sample_discard",
      actor: bob,
      target: dataset,
      reason: "motion blur: the sign cannot be read",
      details: { sample_ids: ["s-17", "s-18"], samples_affected: 2, origins: ["train", "train"] },
    },
  },
  {
    at: "2026-10-05T13:26:00Z",
    event: {
      action: "sample_discard",
      actor: bob,
      target: dataset,
      details: { sample_ids: ["s-44"], samples_affected: 1, origins: ["val"] },
    },
  },
  {
    at: "2026-10-05T15:00:00Z",
    event: {
      action: "assignment_reject",
      actor: cleo,
      target: { type: "assignment", id: "a-201" },
      reason: "no-entry labelled as stop",
      details: { project: PROJECT, assignment_id: "a-201", label_class: "stop", assignee: "bob" },
    },
  },
];

const tuesday: readonly Step[] = [
  {
    at: "2026-10-06T08:10:00Z",
    event: {
      action: "hp_change",
      actor: tuner,
      target: run,
      before: { learning_rate: 0.01, batch_size: 32 },
      after: { learning_rate: 0.003, batch_size: 64 },
      reason: "trial 7 of 20",
    },
  },
  {
    at: "2026-10-06T09:00:00Z",
    event: {
      action: "review_state_change",
      actor: cleo,
      target: { type: "assignment", id: "a-202" },
      reason: "two reviewers disagree",
      details: {
        project: PROJECT,
        label_class: "yield",
        from: "accepted",
        to: "disputed",
        disputed: true,
      },
    },
  },
  {
    at: "2026-10-06T09:30:00Z",
    event: {
      action: "review_state_change",
      actor: eve,
      target: { type: "assignment", id: "a-202" },
      reason: "the occluded sign is a yield sign: see the guideline, 3.2",
      details: { project: PROJECT, label_class: "yield", from: "disputed", to: "accepted" },
    },
  },
  {
    at: "2026-10-06T10:15:00Z",
    event: {
      action: "query_execute",
      actor: bob,
      target: dataset,
      details: {
        query_type: "filter",
        query_text: "loss > 2.5 and origin = train",
        results_count: 61,
      },
    },
  },
  {
    at: "2026-10-06T10:16:00Z",
    event: {
      action: "query_execute",
      actor: bob,
      target: dataset,
      error: 'Invalid query syntax: unexpected token "is"',
      details: { query_type: "natural language", query_text: "which pictures is blurry" },
    },
  },
  {
    at: "2026-10-06T10:40:00Z",
    event: {
      action: "sample_restore",
      actor: eve,
      target: dataset,
      reason: "s-18 can be read at full size",
      details: { sample_ids: ["s-18"], samples_affected: 1, origins: ["train"] },
    },
  },
  {
    at: "2026-10-06T14:00:00Z",
    event: {
      action: "assignment_reject",
      actor: eve,
      target: { type: "assignment", id: "a-207" },
      reason: "no-entry labelled as stop",
      details: { project: PROJECT, assignment_id: "a-207", label_class: "stop", assignee: "bob" },
    },
  },
  {
    at: "2026-10-06T16:30:00Z",
    event: {
      action: "permission_change",
      actor: bob,
      target: user("bob"),
      before: { role: "annotator" },
      after: { role: "owner" },
      outcome: "denied",
      error: "bob (annotator) may not change permissions",
      reason: "I need to restore a checkpoint",
    },
  },
];

const wednesday: readonly Step[] = [
  {
    at: "2026-10-07T08:00:00Z",
    event: {
      action: "version_snapshot",
      actor: ann,
      target: dataset,
      snapshot: "v1.4-freeze",
      details: { name: "v1.4-freeze", sample_count: 48210, content: "sha256:6f1c" },
    },
  },
  {
    at: "2026-10-07T08:20:00Z",
    event: { action: "pause", actor: ann, target: run, reason: "accuracy fell after trial 7" },
  },
  {
    at: "2026-10-07T08:30:00Z",
    event: {
      action: "checkpoint_restore",
      actor: ann,
      target: checkpoint("ckpt-9"),
      reason: "accuracy fell after trial 7",
      error: "unknown checkpoint: ckpt-9",
      details: { checkpoint_id: "ckpt-9" },
    },
  },
  {
    at: "2026-10-07T08:34:00Z",
    event: {
      action: "checkpoint_restore",
      actor: ann,
      target: checkpoint("ckpt-4100"),
      snapshot: "v1.4-freeze",
      reason: "accuracy fell after trial 7",
      before: { learning_rate: 0.003, batch_size: 64, step: 6200 },
      after: { learning_rate: 0.01, batch_size: 32, step: 4100 },
      details: { checkpoint_id: "ckpt-4100" },
    },
  },
  {
    at: "2026-10-07T08:40:00Z",
    event: {
      action: "hp_change",
      actor: ann,
      target: run,
      before: { learning_rate: 0.01 },
      after: { learning_rate: 0.005 },
      reason: "half of what was too much",
    },
  },
  { at: "2026-10-07T08:45:00Z", event: { action: "resume", actor: ann, target: run } },
  {
    at: "2026-10-07T11:00:00Z",
    event: {
      action: "project_setting_change",
      actor: ann,
      target: project,
      before: { consensus: 2 },
      after: { consensus: 3 },
      reason: "too many disputes on yield",
      authorization: { id: "REL-88", by: "dana" },
      details: { section: "labels" },
    },
  },
  {
    at: "2026-10-07T15:00:00Z",
    event: {
      action: "evaluation_start",
      actor: ann,
      target: run,
      details: { evaluation_id: "eval-31" },
    },
  },
];

const thursday: readonly Step[] = [
  {
    at: "2026-10-08T09:00:00Z",
    event: {
      action: "model_version",
      actor: ann,
      target: model,
      details: {
        version: "1.4.0",
        changelog: "no-entry signs; 2 samples fewer",
        justification: "reads no-entry signs, which 1.3 took for stop",
        training_data_cutoff: "2026-10-07",
        evaluation_metrics: { accuracy: 0.971, no_entry_recall: 0.94 },
        sample_sizes: { train: 40100, val: 8110 },
        monitoring_thresholds: { drift: 0.2 },
      },
    },
  },
  {
    at: "2026-10-08T10:00:00Z",
    event: {
      action: "release_reject",
      actor: cleo,
      target: model,
      reason: "recall of yield is below 0.9",
      details: { version: "1.4.0" },
    },
  },
  {
    at: "2026-10-08T10:20:00Z",
    event: {
      action: "release_reschedule",
      actor: ann,
      target: model,
      reason: "recall of yield is below 0.9",
      details: { version: "1.4.0", from: "2026-10-08", to: "2026-10-09" },
    },
  },
  {
    at: "2026-10-08T10:30:00Z",
    event: {
      action: "role_change",
      actor: ann,
      target: user("eve"),
      before: { role: "reviewer" },
      after: { role: "release manager" },
      reason: "stands in for dana",
      authorization: { id: "OPS-415", by: "dana" },
    },
  },
  {
    at: "2026-10-08T16:00:00Z",
    event: {
      action: "export_toggle",
      actor: ann,
      target: project,
      reason: "no local copies during the freeze",
      details: { enabled: false },
    },
  },
];

const friday: readonly Step[] = [
  {
    at: "2026-10-09T09:00:00Z",
    event: {
      action: "release_approve",
      actor: eve,
      target: model,
      reason: "recall of yield is 0.92 with consensus 3",
      authorization: { id: "REL-88", by: "dana" },
      details: { version: "1.4.0" },
    },
  },
  {
    at: "2026-10-09T09:10:00Z",
    event: {
      action: "version_snapshot",
      actor: bot,
      target: dataset,
      snapshot: "v1.4-release",
      details: { name: "v1.4-release", sample_count: 48211, content: "sha256:9ab2" },
    },
  },
  {
    at: "2026-10-09T09:12:00Z",
    event: {
      action: "model_deploy",
      actor: bot,
      target: model,
      snapshot: "v1.4-release",
      details: {
        version: "1.4.0",
        environment: "production",
        from_environment: "staging",
        container_ids: ["c-91"],
        node_ids: ["n-3"],
        configuration: { threshold: 0.8 },
      },
    },
  },
  {
    at: "2026-10-09T09:15:00Z",
    event: {
      action: "release",
      actor: bot,
      target: model,
      snapshot: "v1.4-release",
      details: { version: "1.4.0", changelog: "no-entry signs" },
    },
  },
  {
    at: "2026-10-09T11:00:00Z",
    event: {
      action: "decision",
      actor: gate,
      target: { type: "picture", id: "p-5512" },
      details: {
        decision_id: "d-311",
        model_version: "1.4.0",
        inputs: "s3://signs/p-5512",
        output: "stop",
        confidence: 0.81,
        threshold: 0.8,
        rationale: "octagon, red",
        policy_overrides: [],
        human_in_the_loop: false,
      },
    },
  },
  {
    at: "2026-10-09T11:20:00Z",
    event: {
      action: "decision_override",
      actor: cleo,
      target: { type: "picture", id: "p-5512" },
      reason: "it is a no-entry sign behind a tree",
      details: {
        decision_id: "d-311",
        original_output: "stop",
        new_output: "no-entry",
        model_version: "1.4.0",
      },
    },
  },
  {
    at: "2026-10-09T13:00:00Z",
    event: {
      action: "monitoring_alert",
      actor: gate,
      target: model,
      details: { model_version: "1.4.0", metric: "drift", value: 0.24, threshold: 0.2 },
    },
  },
  {
    at: "2026-10-09T14:00:00Z",
    event: {
      action: "incident_report",
      actor: eve,
      target: model,
      reason: "drift above the threshold",
      details: {
        model_version: "1.4.0",
        lineage: "v1.4-release",
        summary: "no-entry behind trees is read as stop",
      },
    },
  },
];

/** All of it, in order. */
export const WEEK: readonly Step[] = [...monday, ...tuesday, ...wednesday, ...thursday, ...friday];
