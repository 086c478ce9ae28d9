/** Actions on models: their versions, where they run, what they decide, how they are watched. */
import type { Action } from "../action.ts";
import { PERSONAL_ATTRIBUTES } from "../redactable.ts";
import { actionsOf, type Details } from "./define.ts";
import {
  flag,
  map,
  name,
  number,
  something,
  type Something,
  text,
  texts,
  textOrMap,
  type TextOrMap,
} from "./fields.ts";

/** A map of anything. */
type AnyFields = Readonly<Record<string, unknown>>;

/** Details of the actions of this file. */
export interface ModelActions {
  readonly model_version: Details & {
    /** Unique tag of this version. */
    readonly version: string;
    readonly changelog: string;
    readonly justification: string;
    /** Until when data was taken for training, ISO 8601. */
    readonly training_data_cutoff: string;
    readonly evaluation_metrics: AnyFields;
    /** How many samples each split had. */
    readonly sample_sizes: AnyFields;
    readonly monitoring_thresholds: AnyFields;
    readonly code_revision?: string;
    readonly hardware?: TextOrMap;
    readonly dependencies?: AnyFields;
  };
  readonly model_deploy: Details & {
    readonly version: string;
    /** Where it runs, as in `dev`, `staging`, `production`. */
    readonly environment: string;
    /** Where this very version ran before. */
    readonly from_environment?: string;
    readonly container_ids: readonly string[];
    readonly node_ids: readonly string[];
    readonly configuration: AnyFields;
  };
  readonly model_retire: Details & { readonly version: string; readonly successor?: string };
}

/** Details of the actions of this file. */
export interface DecisionActions {
  readonly decision: Details & {
    readonly model_version: string;
    /** Where the inputs can be found; rather a reference than the inputs themselves. */
    readonly inputs: TextOrMap;
    readonly output: Something;
    readonly confidence: number;
    /** The threshold, or the logic behind it. */
    readonly threshold: number | TextOrMap;
    readonly rationale: TextOrMap;
    /** Policies that were set aside; an empty list where none was. */
    readonly policy_overrides: readonly string[];
    /** Whether a person took part. */
    readonly human_in_the_loop: boolean;
    readonly reviewer?: string;
    /** Business rules and constraints that applied. */
    readonly constraints?: TextOrMap;
    /** Environment, configuration and parameters that were active. */
    readonly configuration?: AnyFields;
  };
  readonly decision_override: Details & {
    /** Record id or own id of the decision. */
    readonly decision_id: string;
    readonly original_output: Something;
    readonly new_output: Something;
    readonly model_version?: string;
  };
}

/** Details of the actions of this file. */
export interface MonitoringActions {
  readonly monitoring_alert: Details & {
    readonly model_version: string;
    /** What was measured, as in `latency`, `drift`, `feature_shift`. */
    readonly metric: string;
    readonly value: number;
    readonly threshold?: number;
    readonly feature?: string;
  };
  readonly incident_report: Details & {
    readonly model_version: string;
    readonly lineage: TextOrMap;
    readonly summary: string;
    readonly severity?: string;
    /** Record ids or own ids of the alerts that led to it. */
    readonly alert_ids?: readonly string[];
  };
}

const model = actionsOf<ModelActions>("model");
const decision = actionsOf<DecisionActions>("decision");
const monitoring = actionsOf<MonitoringActions>("monitoring");

/** The actions of this file. */
export const MODEL_ACTIONS: readonly Action[] = [
  model("model_version", {
    impact: "high",
    required: ["target", "details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{made|make} version {version} of {target}: {changelog}",
    fields: () => ({
      version: name(),
      changelog: name(),
      justification: name(),
      training_data_cutoff: name(),
      evaluation_metrics: map(),
      sample_sizes: map(),
      monitoring_thresholds: map(),
      code_revision: text().optional(),
      hardware: textOrMap().optional(),
      dependencies: map().optional(),
    }),
  }),
  model("model_deploy", {
    impact: "high",
    required: ["target", "details"],
    redactable: ["configuration", ...PERSONAL_ATTRIBUTES],
    sentence:
      "{deployed|deploy} version {version} of {target}[ from {from_environment}] to {environment}",
    fields: () => ({
      version: name(),
      environment: name(),
      from_environment: text().optional(),
      container_ids: texts(),
      node_ids: texts(),
      configuration: map(),
    }),
  }),
  model("model_retire", {
    impact: "high",
    required: ["target", "details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{retired|retire} version {version} of {target}[ in favour of {successor}]",
    fields: () => ({ version: name(), successor: text().optional() }),
  }),
  decision("decision", {
    required: ["details"],
    redactable: ["inputs", "output", "rationale", "reviewer", ...PERSONAL_ATTRIBUTES],
    sentence:
      "{decided|decide} {output}[ on {target}] with model {model_version} (confidence {confidence}, threshold {threshold}, {human_in_the_loop:with/without} a person)",
    fields: () => ({
      model_version: name(),
      inputs: textOrMap(),
      output: something(),
      confidence: number(),
      threshold: number().or(textOrMap()),
      rationale: textOrMap(),
      policy_overrides: texts(),
      human_in_the_loop: flag(),
      reviewer: text().optional(),
      constraints: textOrMap().optional(),
      configuration: map().optional(),
    }),
  }),
  decision("decision_override", {
    impact: "high",
    required: ["reason", "details"],
    redactable: ["original_output", "new_output", ...PERSONAL_ATTRIBUTES],
    sentence:
      "{overrode|override} decision {decision_id}: {new_output} instead of {original_output}",
    fields: () => ({
      decision_id: name(),
      original_output: something(),
      new_output: something(),
      model_version: text().optional(),
    }),
  }),
  monitoring("monitoring_alert", {
    impact: "high",
    required: ["details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence:
      "{raised|raise} an alert: {metric}[ of feature {feature}] of model {model_version} is {value}[, threshold {threshold}]",
    fields: () => ({
      model_version: name(),
      metric: name(),
      value: number(),
      threshold: number().optional(),
      feature: text().optional(),
    }),
  }),
  monitoring("incident_report", {
    impact: "high",
    required: ["details"],
    redactable: ["summary", ...PERSONAL_ATTRIBUTES],
    sentence: "{reported|report} an incident with model {model_version}: {summary}",
    fields: () => ({
      model_version: name(),
      lineage: textOrMap(),
      summary: name(),
      severity: text().optional(),
      alert_ids: texts().optional(),
    }),
  }),
];
