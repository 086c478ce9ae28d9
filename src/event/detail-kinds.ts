/**
 * Which details of built-in actions are no texts: what stores that keep nothing but texts have made of
 * them can be undone. A test compares it with the schemas, which need a package that browsers do without.
 */

/** What a detail is. `list`: of texts. */
export type DetailKind = "flag" | "number" | "list";

/** By the name of the detail; what is not here may be a text. */
export type DetailKinds = Readonly<Record<string, DetailKind>>;

/** Details with dots in their names, of every action; no maps. */
export const DOTTED_DETAILS: readonly string[] = ["mlflow.run_id", "wandb.run_id"];

const STEP = { step: "number" } as const;
const EVALUATION = { tags: "list", use_full_set: "flag" } as const;
const SAMPLES = { samples_affected: "number", sample_ids: "list", origins: "list" } as const;
const EXCHANGE = { items: "number", bytes: "number" } as const;

const KINDS: Readonly<Record<string, readonly [category: string, kinds: DetailKinds]>> = {
  pause: ["training", STEP],
  resume: ["training", STEP],
  checkpoint_save: ["checkpoint", STEP],
  checkpoint_restore: ["checkpoint", { ...STEP, weights_only: "flag" }],
  evaluation_start: ["evaluation", EVALUATION],
  evaluation_cancel: ["evaluation", EVALUATION],
  notebook_run: ["notebook", { elapsed_s: "number" }],
  notebook_save: ["notebook", { bytes: "number" }],
  tag_add: ["data", SAMPLES],
  tag_remove: ["data", SAMPLES],
  tag_register: ["data", { categories: "list" }],
  sample_discard: ["data", SAMPLES],
  sample_restore: ["data", SAMPLES],
  query_execute: ["data", { results_count: "number" }],
  review_state_change: ["review", { disputed: "flag" }],
  version_snapshot: ["release", { sample_count: "number" }],
  model_deploy: ["model", { container_ids: "list", node_ids: "list" }],
  decision: [
    "decision",
    { confidence: "number", policy_overrides: "list", human_in_the_loop: "flag" },
  ],
  monitoring_alert: ["monitoring", { value: "number", threshold: "number" }],
  incident_report: ["monitoring", { alert_ids: "list" }],
  export_toggle: ["administration", { enabled: "flag" }],
  analytics_approval: ["administration", { approved: "flag" }],
  backup_create: ["administration", { bytes: "number" }],
  task_import: ["exchange", EXCHANGE],
  task_export: ["exchange", EXCHANGE],
  model_import: ["exchange", EXCHANGE],
  model_export: ["exchange", EXCHANGE],
  model_download: ["exchange", EXCHANGE],
  log_import: ["exchange", EXCHANGE],
  log_export: ["exchange", EXCHANGE],
  consent: ["privacy", { given: "flag" }],
  audit_access: ["audit", { results_count: "number" }],
  audit_file_change: ["audit", { restored: "flag" }],
  redaction: ["audit", { fields: "list", records_affected: "number" }],
  retention_purge: ["audit", { records_affected: "number" }],
};

const NONE: DetailKinds = {};

/**
 * The kinds of an action's details. None where the category is another than that of the built-in action: then
 * somebody's own action has taken its name.
 */
export function detailKindsOf(action: string, category: string): DetailKinds {
  const [own, kinds] = (Object.hasOwn(KINDS, action) && KINDS[action]) || ["", NONE];
  return own === category ? kinds : NONE;
}
