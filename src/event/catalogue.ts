/**
 * The built-in actions, and those of a user beside them. A new built-in action goes into the file of
 * its category in `actions/`.
 */
import { AuditError } from "../lib/errors.ts";
import type { Action } from "./action.ts";
import {
  type AccessActions,
  ADMINISTRATION_ACTIONS,
  type ExchangeActions,
  type SystemActions,
} from "./actions/administration.ts";
import { DATA_ACTIONS, type DataActions } from "./actions/data.ts";
import {
  type DecisionActions,
  MODEL_ACTIONS,
  type ModelActions,
  type MonitoringActions,
} from "./actions/model.ts";
import { NOTEBOOK_ACTIONS, type NotebookActions } from "./actions/notebook.ts";
import {
  type AuditActions,
  type CallActions,
  OVERSIGHT_ACTIONS,
  type PrivacyActions,
} from "./actions/oversight.ts";
import {
  PROJECT_ACTIONS,
  type ProjectActions,
  type ReleaseActions,
  type ReviewActions,
} from "./actions/project.ts";
import {
  type AnnotationActions,
  type CheckpointActions,
  type EvaluationActions,
  TRAINING_ACTIONS,
  type TrainingActions,
} from "./actions/training.ts";

/** The details that each built-in action asks for. */
export interface BuiltInDetails
  extends
    TrainingActions,
    CheckpointActions,
    EvaluationActions,
    AnnotationActions,
    NotebookActions,
    DataActions,
    ReviewActions,
    ProjectActions,
    ReleaseActions,
    ModelActions,
    DecisionActions,
    MonitoringActions,
    AccessActions,
    SystemActions,
    ExchangeActions,
    PrivacyActions,
    AuditActions,
    CallActions {}

/** Any built-in action. */
export type BuiltInAction = {
  [Name in keyof BuiltInDetails]: Action<Name, BuiltInDetails[Name]>;
}[keyof BuiltInDetails];

/** The actions that every audit log knows. */
export const BUILT_IN_ACTIONS: readonly Action[] = [
  ...TRAINING_ACTIONS,
  ...NOTEBOOK_ACTIONS,
  ...DATA_ACTIONS,
  ...PROJECT_ACTIONS,
  ...MODEL_ACTIONS,
  ...ADMINISTRATION_ACTIONS,
  ...OVERSIGHT_ACTIONS,
];

/** All actions that one audit log knows, by name. */
export interface Catalogue {
  /** The action of a name, or undefined. */
  readonly find: (name: string) => Action | undefined;
  /** All names, sorted. */
  readonly names: readonly string[];
}

/**
 * The built-in actions and those of a user. A user's action replaces the built-in one of its name:
 * so a later version can name more actions without stopping a service that has them already.
 *
 * @throws {AuditError} `invalid_option` for a name that is given twice, and for an action that would
 * silently open what is built in as `closed`.
 */
export function createCatalogue(own: readonly Action[] = []): Catalogue {
  const byName = new Map<string, Action>(BUILT_IN_ACTIONS.map((action) => [action.name, action]));
  const given = new Set<string>();
  for (const action of own) {
    const name = JSON.stringify(action.name);
    if (given.has(action.name)) {
      throw new AuditError("invalid_option", `action ${name} is defined twice: leave one out`);
    }
    given.add(action.name);
    if (byName.get(action.name)?.failure === "closed" && action.failure !== "closed") {
      throw new AuditError(
        "invalid_option",
        `action ${name} is built in with failure "closed": say failure: "closed" in defineAction, or choose another name`,
      );
    }
    byName.set(action.name, action);
  }
  return { find: (name) => byName.get(name), names: [...byName.keys()].toSorted() };
}
