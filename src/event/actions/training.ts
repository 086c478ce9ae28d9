/** Actions on training: parameters, the running job, checkpoints, evaluations, notes. */
import { zod } from "../../lib/late-packages.ts";
import type { Action } from "../action.ts";
import { actionsOf, type Details } from "./define.ts";
import { flag, id, number, text, texts } from "./fields.ts";

/** Details of an action on a training job. */
export interface TrainingJobDetails extends Details {
  readonly step?: number;
}

/** Details of an action on a model checkpoint. */
export interface CheckpointDetails extends Details {
  /** A text or a number, recorded as it is given. */
  readonly checkpoint_id: string | number;
  readonly step?: number;
}

/** Details of an action on an evaluation. */
export interface EvaluationDetails extends Details {
  readonly evaluation_id?: string;
  /** The split that is evaluated. */
  readonly split?: string;
  readonly tags?: readonly string[];
  readonly use_full_set?: boolean;
}

/** Details of the actions of this file. */
export interface TrainingActions {
  readonly hp_change: Details;
  readonly pause: TrainingJobDetails;
  readonly resume: TrainingJobDetails;
  readonly mode_switch: Details & { readonly from?: string; readonly to: string };
  readonly experiment_rename: Details & { readonly old_name?: string; readonly new_name: string };
  readonly restart_instance: Details;
  readonly weights_edit: Details & {
    /** What was done, as in `ZEROFY`, `FREEZE`, `ADD_NEURONS`. */
    readonly op_type?: string;
    readonly layer_id?: string | number;
  };
  readonly retrain_trigger: Details & {
    /** What set it off, as in `drift`, `schedule`, `policy`, `manual`. */
    readonly trigger: string;
    readonly model_version?: string;
    readonly dataset?: string;
  };
}

/** Details of the actions of this file. */
export interface CheckpointActions {
  readonly checkpoint_save: CheckpointDetails;
  readonly checkpoint_restore: CheckpointDetails & { readonly weights_only?: boolean };
}

/** Details of the actions of this file. */
export interface EvaluationActions {
  readonly evaluation_start: EvaluationDetails;
  readonly evaluation_cancel: EvaluationDetails;
}

/** Details of the actions of this file. */
export interface AnnotationActions {
  readonly note_write: Details & {
    readonly operation?: "write" | "clear";
    readonly note?: string;
    readonly metric_name?: string;
  };
}

const training = actionsOf<TrainingActions>("training");
const checkpoint = actionsOf<CheckpointActions>("checkpoint");
const evaluation = actionsOf<EvaluationActions>("evaluation");
const annotation = actionsOf<AnnotationActions>("annotation");

const evaluationFields = () => ({
  evaluation_id: text().optional(),
  split: text().optional(),
  tags: texts().optional(),
  use_full_set: flag().optional(),
});

/** The actions of this file. */
export const TRAINING_ACTIONS: readonly Action[] = [
  training("hp_change", {
    impact: "high",
    required: ["after"],
    sentence: "{changed|change} {changes}[ of {target}]",
  }),
  training("pause", {
    sentence: "{paused|pause} training[ of {target}][ at step {step}]",
    fields: () => ({ step: number().optional() }),
  }),
  training("resume", {
    sentence: "{resumed|resume} training[ of {target}][ at step {step}]",
    fields: () => ({ step: number().optional() }),
  }),
  training("mode_switch", {
    required: ["details"],
    sentence: "{switched|switch} the mode[ of {target}][ from {from}] to {to}",
    fields: () => ({ from: text().optional(), to: text() }),
  }),
  training("experiment_rename", {
    required: ["details"],
    sentence: "{renamed|rename} {target ?? old_name} to {new_name}",
    fields: () => ({ old_name: text().optional(), new_name: text() }),
  }),
  training("restart_instance", {
    impact: "high",
    sentence: "{restarted|restart} the service instance[ {target.id}]",
  }),
  training("weights_edit", {
    impact: "high",
    sentence: "{edited|edit} weights[ of layer {layer_id}][ ({op_type})][ of {target}]",
    fields: () => ({
      op_type: text().optional(),
      layer_id: id().optional(),
    }),
  }),
  training("retrain_trigger", {
    impact: "high",
    required: ["target", "reason", "details"],
    sentence: "{triggered|trigger} retraining of {target} ({trigger})",
    fields: () => ({
      trigger: text(),
      model_version: text().optional(),
      dataset: text().optional(),
    }),
  }),
  checkpoint("checkpoint_save", {
    required: ["details"],
    sentence: "{saved|save} checkpoint {checkpoint_id}[ at step {step}]",
    fields: () => ({ checkpoint_id: id(), step: number().optional() }),
  }),
  checkpoint("checkpoint_restore", {
    impact: "high",
    required: ["details"],
    sentence: "{restored|restore} checkpoint {checkpoint_id}[ of step {step}]",
    fields: () => ({
      checkpoint_id: id(),
      step: number().optional(),
      weights_only: flag().optional(),
    }),
  }),
  evaluation("evaluation_start", {
    sentence: "{started|start} an evaluation[ of {target}][ on split {split}]",
    fields: evaluationFields,
  }),
  evaluation("evaluation_cancel", {
    sentence:
      "{cancelled|cancel} the evaluation[ {evaluation_id}][ of {target}][ on split {split}]",
    fields: evaluationFields,
  }),
  annotation("note_write", {
    impact: "low",
    sentence: "{edited|edit} a note[ ({operation})][ on {target}][: {note}]",
    fields: () => ({
      operation: zod().enum(["write", "clear"]).optional(),
      note: text().optional(),
      metric_name: text().optional(),
    }),
  }),
];
