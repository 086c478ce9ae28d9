/** Actions of audit.yaml that are not built in. */
import { type Action, defineAction } from "otel-audit";

/** Pass them to `createAudit({ actions })`. */
export const WEIGHTSLAB_ACTIONS: readonly Action[] = [
  defineAction({ name: "weights_edit", category: "training", impact: "high" }),
  defineAction({ name: "restart_instance", category: "training", impact: "high" }),
  defineAction({ name: "tag_register", category: "data" }),
  defineAction({ name: "version_snapshot", category: "data" }),
  defineAction({ name: "data_transform", category: "data" }),
  defineAction({ name: "task_export", category: "data", impact: "high" }),
  defineAction({ name: "experiment_rename", category: "training" }),
  defineAction({ name: "evaluation_cancel", category: "evaluation" }),
  defineAction({ name: "notebook_run", category: "notebook", impact: "high" }),
  defineAction({ name: "notebook_interrupt", category: "notebook" }),
  defineAction({ name: "notebook_save", category: "notebook" }),
  defineAction({ name: "notebook_generate_code", category: "notebook" }),
  defineAction({ name: "project_setting_change", category: "project", impact: "high" }),
];
