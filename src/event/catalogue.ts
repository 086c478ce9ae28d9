/**
 * The built-in actions. A new one is added here, and nowhere else.
 *
 * The details are those that the WeightsLab audit log names; unknown detail fields are kept.
 */
import { z } from "zod";
import { AuditError } from "../lib/errors.ts";
import { type Action, defineAction } from "./action.ts";
import type { AnyMap } from "./event.ts";

/** Details of an action on samples. */
export interface SampleDetails extends AnyMap {
  readonly samples_affected?: number;
  readonly sample_ids?: readonly string[];
  /** The split each sample is of, in the order of `sample_ids`. */
  readonly origins?: readonly string[];
}

/** The details that each built-in action asks for. */
export interface BuiltInDetails {
  readonly hp_change: AnyMap;
  readonly pause: AnyMap;
  readonly resume: AnyMap;
  readonly mode_switch: AnyMap & { readonly from?: string; readonly to: string };
  readonly tag_add: SampleDetails & { readonly tag_name: string };
  readonly tag_remove: SampleDetails & { readonly tag_name: string };
  readonly sample_discard: SampleDetails;
  readonly sample_restore: SampleDetails;
  readonly query_execute: AnyMap & { readonly query_type: string; readonly query_text?: string };
  readonly checkpoint_save: AnyMap & { readonly checkpoint_id: string };
  readonly checkpoint_restore: AnyMap & { readonly checkpoint_id: string };
  readonly evaluation_start: AnyMap & { readonly split?: string };
  readonly note_write: AnyMap & { readonly operation?: "write" | "clear"; readonly note?: string };
  readonly permission_change: AnyMap;
  readonly rpc_call: AnyMap;
}

/** Any built-in action. */
export type BuiltInAction = {
  [Name in keyof BuiltInDetails]: Action<Name, BuiltInDetails[Name]>;
}[keyof BuiltInDetails];

const samples: z.ZodRawShape = {
  samples_affected: z.number().int().nonnegative().optional(),
  sample_ids: z.array(z.string()).optional(),
  origins: z.array(z.string()).optional(),
};
const tag = z.looseObject({ tag_name: z.string(), ...samples });
const checkpoint = z.looseObject({ checkpoint_id: z.string() });

/** The actions that every audit log knows. */
export const BUILT_IN_ACTIONS: readonly Action[] = [
  defineAction({ name: "hp_change", category: "training", impact: "high", required: ["after"] }),
  defineAction({ name: "pause", category: "training" }),
  defineAction({ name: "resume", category: "training" }),
  defineAction({
    name: "mode_switch",
    category: "training",
    required: ["details"],
    details: z.looseObject({ from: z.string().optional(), to: z.string() }),
  }),
  defineAction({ name: "tag_add", category: "data", required: ["details"], details: tag }),
  defineAction({ name: "tag_remove", category: "data", required: ["details"], details: tag }),
  defineAction({
    name: "sample_discard",
    category: "data",
    impact: "high",
    details: z.looseObject(samples),
  }),
  defineAction({ name: "sample_restore", category: "data", details: z.looseObject(samples) }),
  defineAction({
    name: "query_execute",
    category: "data",
    impact: "low",
    required: ["details"],
    details: z.looseObject({ query_type: z.string(), query_text: z.string().optional() }),
  }),
  defineAction({
    name: "checkpoint_save",
    category: "checkpoint",
    required: ["details"],
    details: checkpoint,
  }),
  defineAction({
    name: "checkpoint_restore",
    category: "checkpoint",
    impact: "high",
    required: ["details"],
    details: checkpoint,
  }),
  defineAction({
    name: "evaluation_start",
    category: "evaluation",
    details: z.looseObject({ split: z.string().optional() }),
  }),
  defineAction({
    name: "note_write",
    category: "annotation",
    impact: "low",
    details: z.looseObject({
      operation: z.enum(["write", "clear"]).optional(),
      note: z.string().optional(),
    }),
  }),
  defineAction({
    name: "permission_change",
    category: "access",
    impact: "high",
    failure: "closed",
    required: ["target", "after"],
  }),
  defineAction({ name: "rpc_call", category: "call", impact: "low" }),
];

/** Name of the action that an unmapped method is recorded as. */
export const RPC_CALL = "rpc_call";
/** Action of a stream's first record. */
export const STREAM_START = "stream_start";
/** Action of a record that says that a reply did not reach the client. */
export const REPLY_DELIVERY = "reply_delivery";
/** Action of a gap record. */
export const RECORDS_LOST = "records_lost";

/** All actions that one audit log knows, by name. */
export interface Catalogue {
  /** The action of a name, or undefined. */
  readonly find: (name: string) => Action | undefined;
  /** All names, sorted. */
  readonly names: readonly string[];
}

/**
 * The built-in actions and those of a user. A user's action may not take a built-in name.
 *
 * @throws {AuditError} `invalid_option` for a name that is defined twice.
 */
export function createCatalogue(own: readonly Action[] = []): Catalogue {
  const byName = new Map<string, Action>(BUILT_IN_ACTIONS.map((action) => [action.name, action]));
  for (const action of own) {
    if (byName.has(action.name)) {
      throw new AuditError(
        "invalid_option",
        `action ${JSON.stringify(action.name)} is defined already: choose another name`,
      );
    }
    byName.set(action.name, action);
  }
  return { find: (name) => byName.get(name), names: [...byName.keys()].toSorted() };
}
