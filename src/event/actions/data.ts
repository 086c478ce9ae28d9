/** Actions on data: samples, tags, queries, transformations and where data comes from. */
import type { Action } from "../action.ts";
import { PERSONAL_ATTRIBUTES } from "../redactable.ts";
import { actionsOf, type Details } from "./define.ts";
import { count, name, text, texts, textOrMap, type TextOrMap } from "./fields.ts";

/** Details of an action on samples. */
export interface SampleDetails extends Details {
  readonly samples_affected?: number;
  readonly sample_ids?: readonly string[];
  /** The split each sample is of, in the order of `sample_ids`. */
  readonly origins?: readonly string[];
}

/** Details of an action on a tag. */
export interface TagDetails extends SampleDetails {
  readonly tag_name: string;
}

/** Details of the actions of this file. */
export interface DataActions {
  readonly tag_add: TagDetails;
  readonly tag_remove: TagDetails;
  readonly tag_register: Details & {
    readonly tag_name: string;
    /** The values that a categorical tag may have. */
    readonly categories?: readonly string[];
  };
  readonly sample_discard: SampleDetails;
  readonly sample_restore: SampleDetails;
  readonly query_execute: Details & {
    readonly query_type: string;
    readonly query_text?: string;
    readonly results_count?: number;
  };
  readonly data_transform: Details & {
    /** Where the data came from. */
    readonly origin: TextOrMap;
    /** What was done to it. */
    readonly transformation: TextOrMap;
    /** Schema of the source, or its name and version. */
    readonly schema: TextOrMap;
    readonly output?: TextOrMap;
    readonly pipeline_version?: string;
    /** Anomalies that were met, and what was done about them. */
    readonly anomalies?: TextOrMap;
  };
  readonly lineage: Details & {
    /** What it was made from. */
    readonly inputs: TextOrMap;
    /** What was made. */
    readonly output: TextOrMap;
    readonly transformation?: TextOrMap;
    readonly pipeline_version?: string;
    /** What the data may be used for. */
    readonly usage_rules?: TextOrMap;
  };
}

const define = actionsOf<DataActions>("data");

const sampleFields = () => ({
  samples_affected: count().optional(),
  sample_ids: texts().optional(),
  origins: texts().optional(),
});
const tagFields = () => ({ tag_name: text(), ...sampleFields() });

/** The actions of this file. */
export const DATA_ACTIONS: readonly Action[] = [
  define("tag_add", {
    required: ["details"],
    sentence: "{added|add} tag {tag_name}[ to {sample_ids ?? samples_affected:sample}]",
    fields: tagFields,
  }),
  define("tag_remove", {
    required: ["details"],
    sentence: "{removed|remove} tag {tag_name}[ from {sample_ids ?? samples_affected:sample}]",
    fields: tagFields,
  }),
  define("tag_register", {
    required: ["details"],
    sentence: "{registered|register} tag {tag_name}[ with the values {categories}]",
    fields: () => ({ tag_name: text(), categories: texts().optional() }),
  }),
  define("sample_discard", {
    impact: "high",
    sentence: "{discarded|discard} {sample_ids ?? samples_affected:sample}[ of {target}]",
    fields: sampleFields,
  }),
  define("sample_restore", {
    sentence: "{restored|restore} {sample_ids ?? samples_affected:sample}[ of {target}]",
    fields: sampleFields,
  }),
  define("query_execute", {
    impact: "low",
    required: ["details"],
    sentence: "{ran|run} a query ({query_type})[: {query_text}]",
    fields: () => ({
      query_type: text(),
      query_text: text().optional(),
      results_count: count().optional(),
    }),
  }),
  define("data_transform", {
    impact: "high",
    required: ["reason", "details"],
    redactable: ["origin", "output", "anomalies", ...PERSONAL_ATTRIBUTES],
    sentence: "{transformed|transform} data from {origin} by {transformation}[ into {output}]",
    fields: () => ({
      origin: textOrMap(),
      transformation: textOrMap(),
      schema: textOrMap(),
      output: textOrMap().optional(),
      pipeline_version: name().optional(),
      anomalies: textOrMap().optional(),
    }),
  }),
  define("lineage", {
    required: ["details"],
    redactable: ["inputs", "output", "usage_rules", ...PERSONAL_ATTRIBUTES],
    sentence: "{recorded|record} that {output} was made from {inputs}[ by {transformation}]",
    fields: () => ({
      inputs: textOrMap(),
      output: textOrMap(),
      transformation: textOrMap().optional(),
      pipeline_version: name().optional(),
      usage_rules: textOrMap().optional(),
    }),
  }),
];
