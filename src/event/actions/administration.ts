/** Actions of administrators: access, users, licences, switches, backups, imports and exports. */
import type { Action } from "../action.ts";
import { PERSONAL_ATTRIBUTES } from "../redactable.ts";
import { actionsOf, type Details } from "./define.ts";
import { count, flag, name, text } from "./fields.ts";

/** Details of the actions of this file. */
export interface AccessActions {
  readonly permission_change: Details;
  readonly role_change: Details;
  readonly user_create: Details & { readonly role?: string };
  readonly user_update: Details;
  readonly user_delete: Details;
}

/** Details of the actions of this file. */
export interface SystemActions {
  readonly license_upload: Details & { readonly license_id?: string; readonly expires?: string };
  readonly license_delete: Details & { readonly license_id?: string };
  readonly export_toggle: Details & { readonly enabled: boolean };
  readonly analytics_approval: Details & { readonly approved: boolean };
  readonly backup_create: Details & {
    readonly backup_id?: string;
    readonly destination?: string;
    readonly bytes?: number;
  };
  readonly backup_restore: Details & { readonly backup_id: string };
}

/** Details of an import or an export. */
export interface TransferDetails extends Details {
  readonly format?: string;
  /** How many things were moved. */
  readonly items?: number;
  readonly bytes?: number;
}

/** Details of an import. */
export interface ImportDetails extends TransferDetails {
  readonly origin?: string;
}

/** Details of an export or a download. */
export interface ExportDetails extends TransferDetails {
  readonly destination?: string;
}

/** Details of the actions of this file. */
export interface ExchangeActions {
  readonly task_import: ImportDetails;
  readonly task_export: ExportDetails;
  readonly model_import: ImportDetails;
  readonly model_export: ExportDetails;
  readonly model_download: ExportDetails;
  readonly log_import: ImportDetails;
  readonly log_export: ExportDetails;
}

const access = actionsOf<AccessActions>("access");
const system = actionsOf<SystemActions>("administration");
const exchange = actionsOf<ExchangeActions>("exchange");

const transferFields = () => ({
  format: text().optional(),
  items: count().optional(),
  bytes: count().optional(),
});
const importFields = () => ({ ...transferFields(), origin: text().optional() });
const exportFields = () => ({ ...transferFields(), destination: text().optional() });

/** The actions of this file. */
export const ADMINISTRATION_ACTIONS: readonly Action[] = [
  access("permission_change", {
    impact: "high",
    failure: "closed",
    required: ["target", "after"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{changed|change} the permissions of {target}[: {changes}]",
  }),
  access("role_change", {
    impact: "high",
    failure: "closed",
    required: ["target", "after"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{changed|change} the role of {target}[: {changes}]",
  }),
  access("user_create", {
    impact: "high",
    failure: "closed",
    required: ["target"],
    sentence: "{created|create} user {target.id}[ as {role}]",
    fields: () => ({ role: text().optional() }),
  }),
  access("user_update", {
    impact: "high",
    failure: "closed",
    required: ["target", "after"],
    sentence: "{changed|change} {changes} of user {target.id}",
  }),
  access("user_delete", {
    impact: "high",
    failure: "closed",
    required: ["target"],
    sentence: "{deleted|delete} user {target.id}",
  }),
  system("license_upload", {
    impact: "high",
    sentence: "{uploaded|upload} licence {license_id ?? target.id}[, valid until {expires}]",
    fields: () => ({ license_id: text().optional(), expires: text().optional() }),
  }),
  system("license_delete", {
    impact: "high",
    sentence: "{deleted|delete} licence {license_id ?? target.id}",
    fields: () => ({ license_id: text().optional() }),
  }),
  system("export_toggle", {
    impact: "high",
    required: ["details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{turned|turn} local export {enabled:on/off}[ for {target}]",
    fields: () => ({ enabled: flag() }),
  }),
  system("analytics_approval", {
    impact: "high",
    required: ["details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{set|set} analytics[ for {target}] to {approved:approved/refused}",
    fields: () => ({ approved: flag() }),
  }),
  system("backup_create", {
    sentence: "{made|make} backup[ {backup_id}][ of {target}][ to {destination}]",
    fields: () => ({
      backup_id: text().optional(),
      destination: text().optional(),
      bytes: count().optional(),
    }),
  }),
  system("backup_restore", {
    impact: "high",
    required: ["details"],
    sentence: "{restored|restore} backup {backup_id}[ to {target}]",
    fields: () => ({ backup_id: name() }),
  }),
  exchange("task_import", {
    sentence: "{imported|import} {items:task}[ to {target}][ from {origin}]",
    fields: importFields,
  }),
  exchange("task_export", {
    impact: "high",
    sentence: "{exported|export} {items:task}[ of {target}][ to {destination}]",
    fields: exportFields,
  }),
  exchange("model_import", {
    impact: "high",
    required: ["target"],
    sentence: "{imported|import} {target}[ from {origin}]",
    fields: importFields,
  }),
  exchange("model_export", {
    impact: "high",
    required: ["target"],
    sentence: "{exported|export} {target}[ to {destination}]",
    fields: exportFields,
  }),
  exchange("model_download", {
    impact: "high",
    required: ["target"],
    sentence: "{downloaded|download} {target}[ to {destination}]",
    fields: exportFields,
  }),
  exchange("log_import", {
    sentence: "{imported|import} logs[ of {target}][ from {origin}]",
    fields: importFields,
  }),
  exchange("log_export", {
    impact: "high",
    sentence: "{exported|export} logs[ of {target}][ to {destination}]",
    fields: exportFields,
  }),
];
