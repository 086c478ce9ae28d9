/** One event of every built-in action, with every field that the action asks for. */
import type { BuiltInDetails, EventFields } from "../../src/event/index.ts";

/** Fields of an event of a built-in action, without the action. */
export type SampleEvent<Details> = Omit<EventFields, "actor"> & { readonly details?: Details };

const experiment = { type: "experiment", id: "exp-1" };
const model = { type: "model", id: "resnet-50" };
const bob = { type: "user", id: "bob" };
const project = { type: "project", id: "roads" };

/** The events, and the sentence that each of them reads as when ann does it. */
export const SAMPLE_EVENTS: {
  readonly [Name in keyof BuiltInDetails]: readonly [
    event: SampleEvent<BuiltInDetails[Name]>,
    sentence: string,
  ];
} = {
  hp_change: [
    {
      before: { learning_rate: 0.1 },
      after: { learning_rate: 0.01 },
      reason: "loss is flat",
      details: { "mlflow.run_id": "run-of-mlflow", "wandb.run_id": "run-of-wandb" },
    },
    "ann changed learning_rate from 0.1 to 0.01 because loss is flat",
  ],
  pause: [
    { target: experiment, details: { step: 40 } },
    "ann paused training of experiment exp-1 at step 40",
  ],
  resume: [{ details: { step: 41 } }, "ann resumed training at step 41"],
  mode_switch: [
    { target: experiment, details: { from: "TRAIN", to: "AUDIT" } },
    "ann switched the mode of experiment exp-1 from TRAIN to AUDIT",
  ],
  experiment_rename: [
    { target: experiment, details: { old_name: "first", new_name: "second try" } },
    'ann renamed experiment exp-1 to "second try"',
  ],
  restart_instance: [{}, "ann restarted the service instance"],
  weights_edit: [
    { details: { op_type: "ZEROFY", layer_id: 3 } },
    "ann edited weights of layer 3 (ZEROFY)",
  ],
  retrain_trigger: [
    { target: model, reason: "accuracy fell", details: { trigger: "drift", model_version: "7" } },
    "ann triggered retraining of model resnet-50 (drift) because accuracy fell",
  ],
  checkpoint_save: [
    { details: { checkpoint_id: 12, step: 400 } },
    "ann saved checkpoint 12 at step 400",
  ],
  checkpoint_restore: [
    { details: { checkpoint_id: "12", step: 400, weights_only: true } },
    "ann restored checkpoint 12 of step 400",
  ],
  evaluation_start: [
    { details: { split: "test", tags: ["hard"], use_full_set: true } },
    "ann started an evaluation on split test",
  ],
  evaluation_cancel: [
    { details: { evaluation_id: "e1" }, reason: "wrong split." },
    "ann cancelled the evaluation e1 because wrong split",
  ],
  note_write: [
    { target: experiment, details: { operation: "write", note: "diverges here" } },
    'ann edited a note (write) on experiment exp-1: "diverges here"',
  ],
  notebook_open: [{ details: { path: "a.ipynb" } }, "ann opened notebook a.ipynb"],
  notebook_run: [
    { details: { cell_id: "c1", code: "print(1)", elapsed_s: 0.25 } },
    "ann ran notebook cell c1: print(1)",
  ],
  notebook_interrupt: [{}, "ann interrupted the running notebook cell"],
  notebook_save: [{ details: { path: "a.ipynb", bytes: 12 } }, "ann saved notebook a.ipynb"],
  notebook_generate_code: [
    { details: { prompt: "plot the loss" } },
    'ann had code written for a notebook: "plot the loss"',
  ],
  notebook_pause_training: [
    { details: { cell_id: "c1" } },
    "ann paused training to run a notebook cell c1",
  ],
  tag_add: [
    {
      details: {
        tag_name: "hard",
        samples_affected: 3,
        sample_ids: ["a", "b", "c"],
        origins: ["train", "train", "test"],
      },
    },
    "ann added tag hard to 3 samples: a, b and c",
  ],
  tag_remove: [
    { details: { tag_name: "hard", sample_ids: ["a"] } },
    "ann removed tag hard from sample a",
  ],
  tag_register: [
    { details: { tag_name: "weather", categories: ["rain", "sun"] } },
    "ann registered tag weather with the values rain and sun",
  ],
  sample_discard: [
    {
      details: { sample_ids: Array.from({ length: 120 }, (_, at) => `s${at}`) },
      reason: "blurred",
    },
    "ann discarded 120 samples because blurred",
  ],
  sample_restore: [{ details: { samples_affected: 1 } }, "ann restored 1 sample"],
  query_execute: [
    { details: { query_type: "filter", query_text: "loss > 2", results_count: 4 } },
    'ann ran a query (filter): "loss > 2"',
  ],
  data_transform: [
    {
      reason: "the model expects it",
      details: {
        origin: "camera-2",
        transformation: "resize",
        schema: { width: "int32" },
        output: "roads-v2",
        pipeline_version: "1.4",
        anomalies: ["12 empty files dropped"],
      },
    },
    "ann transformed data from camera-2 by resize into roads-v2 because the model expects it",
  ],
  lineage: [
    { details: { inputs: ["camera-1", "camera-2"], output: "roads-v2", transformation: "merge" } },
    "ann recorded that roads-v2 was made from camera-1 and camera-2 by merge",
  ],
  review_state_change: [
    {
      target: { type: "sample", id: "s1" },
      details: { label_class: "car", project: "roads", from: "open", to: "done", disputed: true },
    },
    "ann moved the review of sample s1, class car in project roads from open to done",
  ],
  assignment_reject: [
    { details: { project: "roads", assignment_id: "as-1", assignee: "bob" } },
    "ann rejected assignment as-1 in project roads",
  ],
  label_schema_change: [
    {
      before: { classes: { removed: ["lorry"] } },
      after: { classes: { added: ["truck", "van"] } },
      details: { project: "roads" },
    },
    "ann changed the label schema of project roads: classes (added truck and van; removed lorry)",
  ],
  project_create: [{ target: project }, "ann created project roads"],
  project_delete: [{ target: project }, "ann deleted project roads"],
  project_setting_change: [
    { target: project, before: { team: { lead: "bob" } }, after: { team: { lead: "ann" } } },
    "ann changed team.lead from bob to ann in the settings of project roads",
  ],
  version_snapshot: [
    { target: project, snapshot: "snap-1", details: { name: "before release 2", sample_count: 9 } },
    'ann took version snapshot "before release 2" of project roads',
  ],
  release: [
    { target: project, details: { version: "2.0", changelog: "new classes" } },
    "ann released version 2.0 of project roads",
  ],
  release_approve: [
    { target: project, details: { version: "2.0" } },
    "ann approved the release of version 2.0 of project roads",
  ],
  release_reject: [
    { target: project, reason: "tests fail", details: { version: "2.0" } },
    "ann rejected the release of version 2.0 of project roads because tests fail",
  ],
  release_reschedule: [
    { target: project, reason: "review is late", details: { version: "2.0", to: "2026-12-01" } },
    "ann moved the release of version 2.0 of project roads to 2026-12-01 because review is late",
  ],
  release_rollback: [
    { target: project, reason: "labels are wrong", details: { from: "2.0", to: "1.9" } },
    "ann rolled back project roads from version 2.0 to 1.9 because labels are wrong",
  ],
  model_version: [
    {
      target: model,
      details: {
        version: "7",
        changelog: "more data",
        justification: "accuracy",
        training_data_cutoff: "2026-10-01",
        evaluation_metrics: { accuracy: 0.93 },
        sample_sizes: { train: 9000, test: 1000 },
        monitoring_thresholds: { drift: 0.2 },
        code_revision: "4f2a",
        hardware: "one GPU",
        dependencies: { numpy: "2.1" },
      },
    },
    'ann made version 7 of model resnet-50: "more data"',
  ],
  model_deploy: [
    {
      target: model,
      details: {
        version: "7",
        environment: "production",
        from_environment: "staging",
        container_ids: ["c1", "c2"],
        node_ids: ["n1"],
        configuration: { replicas: 2 },
      },
    },
    "ann deployed version 7 of model resnet-50 from staging to production",
  ],
  model_retire: [
    { target: model, details: { version: "6", successor: "7" } },
    "ann retired version 6 of model resnet-50 in favour of 7",
  ],
  decision: [
    {
      target: { type: "application", id: "a-1" },
      details: {
        model_version: "7",
        inputs: "store://a-1",
        output: "refused",
        confidence: 0.91,
        threshold: 0.8,
        rationale: { income: "too low" },
        policy_overrides: [],
        human_in_the_loop: false,
        constraints: "only adults",
        configuration: { temperature: 0 },
      },
    },
    "ann decided refused on application a-1 with model 7 (confidence 0.91, threshold 0.8, without a person)",
  ],
  decision_override: [
    {
      reason: "income was misread",
      details: { decision_id: "d-1", original_output: "refused", new_output: "granted" },
    },
    "ann overrode decision d-1: granted instead of refused because income was misread",
  ],
  monitoring_alert: [
    {
      details: { model_version: "7", metric: "drift", value: 0.31, threshold: 0.2, feature: "age" },
    },
    "ann raised an alert: drift of feature age of model 7 is 0.31, threshold 0.2",
  ],
  incident_report: [
    {
      details: {
        model_version: "7",
        lineage: ["roads-v2"],
        summary: "refusals doubled",
        severity: "major",
        alert_ids: ["al-1"],
      },
    },
    'ann reported an incident with model 7: "refusals doubled"',
  ],
  permission_change: [
    { target: bob, before: { may: { removed: [] } }, after: { may: { added: ["export"] } } },
    "ann changed the permissions of user bob: may (added export)",
  ],
  role_change: [
    { target: bob, before: { role: "annotator" }, after: { role: "owner" } },
    "ann changed the role of user bob: role from annotator to owner",
  ],
  user_create: [
    { target: bob, details: { role: "annotator" } },
    "ann created user bob as annotator",
  ],
  user_update: [
    { target: bob, before: { name: "Bob" }, after: { name: "Bob B." } },
    'ann changed name from Bob to "Bob B." of user bob',
  ],
  user_delete: [{ target: bob }, "ann deleted user bob"],
  license_upload: [
    { details: { license_id: "l-1", expires: "2027-01-01" } },
    "ann uploaded licence l-1, valid until 2027-01-01",
  ],
  license_delete: [{ details: { license_id: "l-1" } }, "ann deleted licence l-1"],
  export_toggle: [{ details: { enabled: false } }, "ann turned local export off"],
  analytics_approval: [{ details: { approved: true } }, "ann set analytics to approved"],
  backup_create: [
    { details: { backup_id: "b-1", destination: "vault", bytes: 10 } },
    "ann made backup b-1 to vault",
  ],
  backup_restore: [{ details: { backup_id: "b-1" } }, "ann restored backup b-1"],
  task_import: [
    { target: project, details: { items: 40, format: "csv", origin: "disk" } },
    "ann imported 40 tasks to project roads from disk",
  ],
  task_export: [
    { target: project, details: { destination: "disk", bytes: 7 } },
    "ann exported tasks of project roads to disk",
  ],
  model_import: [
    { target: model, details: { origin: "hub" } },
    "ann imported model resnet-50 from hub",
  ],
  model_export: [
    { target: model, details: { destination: "hub" } },
    "ann exported model resnet-50 to hub",
  ],
  model_download: [{ target: model }, "ann downloaded model resnet-50"],
  log_import: [{ details: { origin: "old system" } }, 'ann imported logs from "old system"'],
  log_export: [{ details: { destination: "archive" } }, "ann exported logs to archive"],
  consent: [
    { target: bob, details: { purpose: "training", given: false, document: "form 3" } },
    "ann recorded that consent of user bob to training was withdrawn",
  ],
  data_subject_request: [
    { target: bob, details: { request_type: "erasure", state: "received", due: "2026-12-24" } },
    "ann recorded that the erasure request of user bob is received",
  ],
  audit_access: [
    { details: { purpose: "release review", scope: "action:release", results_count: 3 } },
    'ann looked into the audit trail (action:release) for "release review"',
  ],
  audit_config_change: [
    {
      target: { type: "policy", id: "audit.yaml" },
      before: { digest: "first" },
      after: { digest: "second" },
    },
    "ann changed the audit configuration policy audit.yaml: digest from first to second",
  ],
  audit_file_change: [
    {
      target: { type: "audit_file", id: "audit_log.csv" },
      details: {
        file: "audit_log.csv",
        change: "truncated",
        kept_as: "audit_log.csv.foreign",
        restored: true,
      },
    },
    "ann found audit_log.csv truncated, kept as audit_log.csv.foreign",
  ],
  redaction: [
    {
      reason: "request of bob",
      details: { scope: ["r.1"], fields: ["note"], records_affected: 1 },
    },
    "ann redacted field note of r.1 because request of bob",
  ],
  retention_purge: [
    { details: { scope: "calls", until: "2026-01-01", records_affected: 7000, policy: "90 days" } },
    "ann deleted 7000 records before 2026-01-01 (calls)",
  ],
  rpc_call: [{}, "ann called (not given)"],
};
