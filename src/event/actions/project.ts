/** Actions on projects, reviews and releases of data sets. */
import type { Action } from "../action.ts";
import { PERSONAL_ATTRIBUTES } from "../redactable.ts";
import { actionsOf, type Details } from "./define.ts";
import { count, flag, name, text } from "./fields.ts";

/** Details of the actions of this file. */
export interface ReviewActions {
  readonly review_state_change: Details & {
    readonly label_class: string;
    readonly project: string;
    readonly from: string;
    readonly to: string;
    /** The decision is contested. */
    readonly disputed?: boolean;
  };
  readonly assignment_reject: Details & {
    readonly project: string;
    readonly assignment_id?: string;
    readonly label_class?: string;
    /** Whose work was rejected. */
    readonly assignee?: string;
  };
  readonly label_schema_change: Details & {
    readonly project: string;
    readonly label_class?: string;
  };
}

/** Details of the actions of this file. */
export interface ProjectActions {
  readonly project_create: Details;
  readonly project_delete: Details;
  readonly project_setting_change: Details & {
    /** What the setting is about, as in `team`, `model assignment`, `integration`, `labels`. */
    readonly section?: string;
  };
}

/** Details of the actions of this file. */
export interface ReleaseActions {
  readonly version_snapshot: Details & {
    readonly name: string;
    /** Digest or address of the state that was captured. */
    readonly content?: string;
    readonly sample_count?: number;
  };
  readonly release: Details & { readonly version: string; readonly changelog?: string };
  readonly release_approve: Details & { readonly version: string };
  readonly release_reject: Details & { readonly version: string };
  readonly release_reschedule: Details & {
    readonly version: string;
    readonly from?: string;
    readonly to: string;
  };
  readonly release_rollback: Details & { readonly from: string; readonly to: string };
}

const review = actionsOf<ReviewActions>("review");
const project = actionsOf<ProjectActions>("project");
const release = actionsOf<ReleaseActions>("release");

/** The actions of this file. */
export const PROJECT_ACTIONS: readonly Action[] = [
  review("review_state_change", {
    impact: "high",
    required: ["details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence:
      "{moved|move} the review of [{target}, ]class {label_class} in project {project} from {from} to {to}",
    fields: () => ({
      label_class: name(),
      project: name(),
      from: name(),
      to: name(),
      disputed: flag().optional(),
    }),
  }),
  review("assignment_reject", {
    required: ["details"],
    redactable: ["assignee", ...PERSONAL_ATTRIBUTES],
    sentence: "{rejected|reject} assignment {assignment_id ?? target.id} in project {project}",
    fields: () => ({
      project: name(),
      assignment_id: text().optional(),
      label_class: text().optional(),
      assignee: text().optional(),
    }),
  }),
  review("label_schema_change", {
    impact: "high",
    required: ["after", "details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{changed|change} the label schema of project {project}[: {changes}]",
    fields: () => ({ project: name(), label_class: text().optional() }),
  }),
  project("project_create", {
    required: ["target"],
    sentence: "{created|create} project {target.id}",
  }),
  project("project_delete", {
    impact: "high",
    required: ["target"],
    sentence: "{deleted|delete} project {target.id}",
  }),
  project("project_setting_change", {
    impact: "high",
    required: ["target", "after"],
    sentence: "{changed|change} {changes} in the settings of project {target.id}",
    fields: () => ({ section: text().optional() }),
  }),
  release("version_snapshot", {
    impact: "high",
    required: ["details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{took|take} version snapshot {name}[ of {target}]",
    fields: () => ({ name: name(), content: text().optional(), sample_count: count().optional() }),
  }),
  release("release", {
    impact: "high",
    required: ["target", "details"],
    redactable: ["changelog", ...PERSONAL_ATTRIBUTES],
    sentence: "{released|release} version {version} of {target}",
    fields: () => ({ version: name(), changelog: text().optional() }),
  }),
  release("release_approve", {
    impact: "high",
    required: ["target", "details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{approved|approve} the release of version {version} of {target}",
    fields: () => ({ version: name() }),
  }),
  release("release_reject", {
    impact: "high",
    required: ["target", "reason", "details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{rejected|reject} the release of version {version} of {target}",
    fields: () => ({ version: name() }),
  }),
  release("release_reschedule", {
    impact: "high",
    required: ["target", "reason", "details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{moved|move} the release of version {version} of {target}[ from {from}] to {to}",
    fields: () => ({ version: name(), from: text().optional(), to: name() }),
  }),
  release("release_rollback", {
    impact: "high",
    required: ["target", "reason", "details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{rolled back|roll back} {target} from version {from} to {to}",
    fields: () => ({ from: name(), to: name() }),
  }),
];
