/**
 * ExperimentCommand and EditDataSample: the two methods that are many.
 *
 * What only the code knows (the values before, which samples a tag was on) is told to the audit with
 * `currentAudit()?.set(…)`. Without these lines the records are the same, less that.
 */
import { currentAudit } from "otel-audit";
import { type Lab, Refusal } from "./lab.ts";
import type { DataEdits, DenySamples, HyperParameters, TrainerCommand } from "./messages.ts";

/** Does everything that a command asks for; the message of the reply. @throws Refusal */
export function command(lab: Lab, request: TrainerCommand): string {
  if (request.restart_operation !== undefined) return "Restart requested.";
  if (request.save_checkpoint_operation !== undefined) return saveCheckpoint(lab);
  if (request.plot_note_operation !== undefined) {
    return writePlotNote(lab, request.plot_note_operation);
  }
  const asked = request.hyper_parameter_change?.hyper_parameters;
  if (asked !== undefined) changeParameters(lab, asked);
  deny(lab, request.deny_samples_operation, true);
  deny(lab, request.deny_eval_samples_operation, true);
  deny(lab, request.remove_from_denylist_operation, false);
  deny(lab, request.remove_eval_from_denylist_operation, false);
  return "Command executed successfully";
}

function changeParameters(lab: Lab, asked: HyperParameters): void {
  const { learning_rate, batch_size, val_batch_size } = asked;
  const wanted = Object.fromEntries(
    Object.entries({ learning_rate, batch_size, val_batch_size }).filter(
      (entry): entry is [string, number] => entry[1] !== undefined,
    ),
  );
  if (Object.keys(wanted).length > 0) {
    currentAudit()?.set({ before: lab.setParameters(wanted) }, { action: "hp_change" });
  }
  if (asked.evaluation_mode !== undefined || asked.auditor_mode !== undefined) {
    currentAudit()?.set({ details: { from: lab.mode } }, { action: "mode_switch" });
  }
  if (asked.evaluation_mode !== undefined)
    lab.mode = asked.evaluation_mode ? "evaluation" : "train";
  if (asked.auditor_mode !== undefined) lab.mode = asked.auditor_mode ? "audit" : "train";
  if (asked.is_training !== undefined) lab.isRunning = asked.is_training;
}

function saveCheckpoint(lab: Lab): string {
  const id = `checkpoint-${lab.checkpoints.length}`;
  lab.checkpoints.push(id);
  currentAudit()?.set({ details: { checkpoint_id: id } });
  lab.isRunning = false;
  return "Saved weights (training paused).";
}

function writePlotNote(
  lab: Lab,
  {
    metric_name,
    experiment_hash,
    model_age,
    note,
  }: NonNullable<TrainerCommand["plot_note_operation"]>,
): string {
  if (!metric_name || !experiment_hash) {
    throw new Refusal("metric_name and experiment_hash are required for plot notes");
  }
  const point = `${metric_name}@${experiment_hash}:${model_age ?? 0}`;
  currentAudit()?.set({ before: { note: lab.plotNotes.get(point) ?? "" } });
  lab.plotNotes.set(point, note ?? "");
  return `${note ? "Saved" : "Cleared"} note for ${metric_name}`;
}

function deny(lab: Lab, operation: DenySamples | undefined, isDiscarded: boolean): void {
  for (const id of operation?.sample_ids ?? []) lab.sample(id).discarded = isDiscarded;
}

const DATA_COMMANDS: ReadonlySet<string> = new Set([
  "__register_tag__",
  "__save_data_state__",
  "__force_h5_write_and_save__",
  "__copy_metadata__",
  "__delete_metadata__",
  "__save_step_signal_snapshot__",
]);

/** Edits samples; the message of the reply. @throws Refusal */
export function editSamples(lab: Lab, request: DataEdits): string {
  const { stat_name = "", string_value = "", samples_ids = [] } = request;
  if (stat_name === "__discard_by_tag__") return discardByTag(lab, string_value);
  if (DATA_COMMANDS.has(stat_name)) {
    if (string_value === "" && !stat_name.startsWith("__save_data")) {
      throw new Refusal("Missing tag name to register.");
    }
    return `${stat_name} done`;
  }
  if (stat_name !== "discarded" && !stat_name.startsWith("tag")) {
    throw new Refusal(`Only 'tags', 'discarded' … edits are supported.`);
  }
  for (const id of samples_ids) editSample(lab, id, request);
  currentAudit()?.set({ details: { samples_affected: samples_ids.length } });
  return `Edited ${samples_ids.length} samples`;
}

function editSample(lab: Lab, id: string, request: DataEdits): void {
  const { stat_name = "", string_value = "", bool_value = false, type } = request;
  const sample = lab.sample(id);
  if (stat_name === "discarded") sample.discarded = bool_value;
  else if (type === "EDIT_REMOVE") sample.tags.delete(string_value);
  else if (request.is_categorical === true) sample.tags.set(stat_name, string_value);
  else sample.tags.set(string_value, true);
}

function discardByTag(lab: Lab, tag: string): string {
  if (tag === "") throw new Refusal("Missing tag name for discard-by-tag operation.");
  const tagged = [...lab.samples].filter(([, sample]) => sample.tags.has(tag));
  for (const [, sample] of tagged) sample.discarded = true;
  currentAudit()?.set({
    details: {
      samples_affected: tagged.length,
      sample_ids: tagged.map(([id]) => id),
      origins: tagged.map(([, { origin }]) => origin),
    },
  });
  return `Discarded ${tagged.length} samples with tag '${tag}'.`;
}
