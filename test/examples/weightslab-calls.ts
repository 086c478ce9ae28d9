/** Calls of WeightsLab's interface, and the records that each one has to leave. */

/** What a record has to be; without an error it is a success. */
export interface ExpectedRecord {
  readonly action: string;
  readonly error?: string;
  /** Type and id. */
  readonly target?: string;
  readonly reason?: string;
  /** Details, before and after: all of them. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** One call. */
export interface ExampleCall {
  readonly method: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly records: readonly ExpectedRecord[];
}

const call = (
  method: string,
  request: ExampleCall["request"],
  ...records: readonly ExpectedRecord[]
): ExampleCall => ({ method, request, records });

const hyper = (hyper_parameters: object): ExampleCall["request"] => ({
  hyper_parameter_change: { hyper_parameters },
});
const record = (
  action: string,
  body: ExpectedRecord["body"] = {},
  more: Partial<ExpectedRecord> = {},
): ExpectedRecord => ({ action, body, ...more });

const TWO = { sample_ids: ["s1", "s2"], origins: ["train", "train"] };
const twoSamples = { samples_ids: ["s1", "s2"], sample_origins: ["train", "train"] };
const edited = { ...TWO, samples_affected: 2 };

/** In the order in which they are made. */
export const CALLS: Readonly<Record<string, ExampleCall>> = {
  // --- ExperimentCommand
  "a learning rate, which WeightsLab does not log": call(
    "ExperimentCommand",
    hyper({ learning_rate: 0.25 }),
    record("hp_change", { before: { learning_rate: 0.5 }, after: { learning_rate: 0.25 } }),
  ),
  "several parameters are one change": call(
    "ExperimentCommand",
    hyper({ experiment_name: "mnist", batch_size: 64, val_batch_size: 8 }),
    record(
      "hp_change",
      {
        before: { batch_size: 32, val_batch_size: 16 },
        after: { batch_size: 64, val_batch_size: 8 },
      },
      { target: "experiment mnist" },
    ),
  ),
  "parameters, a switch and a pause in one call": call(
    "ExperimentCommand",
    hyper({ batch_size: 16, evaluation_mode: true, is_training: false }),
    record("hp_change", { before: { batch_size: 64 }, after: { batch_size: 16 } }),
    record("mode_switch", { from: "train", to: "evaluation" }),
    record("pause"),
  ),
  "from evaluation to audit": call(
    "ExperimentCommand",
    hyper({ evaluation_mode: false, auditor_mode: true }),
    record("mode_switch", { from: "evaluation", to: "audit" }),
  ),
  "back to training, and on for ten steps": call(
    "ExperimentCommand",
    hyper({ auditor_mode: false, is_training: true, nb_steps: 10 }),
    record("mode_switch", { from: "audit", to: "train" }),
    record("resume", { steps: 10 }),
  ),
  "a value that is refused": call(
    "ExperimentCommand",
    hyper({ batch_size: -1, is_training: true }),
    record(
      "hp_change",
      { after: { batch_size: -1 } },
      { error: "Failed to set hyperparameters: batch_size must be above 0" },
    ),
    record("resume", {}, { error: "Failed to set hyperparameters: batch_size must be above 0" }),
  ),
  "an evaluation as a parameter": call(
    "ExperimentCommand",
    hyper({ evaluation_config: '{"split": "val"}' }),
    record("evaluation_start", { evaluation_config: '{"split": "val"}' }),
  ),
  "the end of an evaluation as a parameter": call(
    "ExperimentCommand",
    hyper({ evaluation_config: '{"cancel": true}' }),
    record("evaluation_cancel", { evaluation_config: '{"cancel": true}' }),
  ),
  "a note on a point": call(
    "ExperimentCommand",
    {
      plot_note_operation: {
        metric_name: "loss",
        experiment_hash: "run-1",
        model_age: 7,
        note: "dip",
      },
    },
    record("note_write", {
      before: { note: "" },
      operation: "write",
      metric_name: "loss",
      experiment_hash: "run-1",
      model_age: 7,
      note: "dip",
    }),
  ),
  "the note is cleared": call(
    "ExperimentCommand",
    { plot_note_operation: { metric_name: "loss", experiment_hash: "run-1", model_age: 7 } },
    record("note_write", {
      before: { note: "dip" },
      operation: "clear",
      metric_name: "loss",
      experiment_hash: "run-1",
      model_age: 7,
    }),
  ),
  "a note on nothing": call(
    "ExperimentCommand",
    { plot_note_operation: { note: "where?" } },
    record(
      "note_write",
      { operation: "write", note: "where?" },
      { error: "metric_name and experiment_hash are required for plot notes" },
    ),
  ),
  "save, with everything at its default": call(
    "ExperimentCommand",
    { save_checkpoint_operation: {} },
    record("checkpoint_save", { checkpoint_id: "checkpoint-1" }),
  ),
  "save with the optimizer": call(
    "ExperimentCommand",
    { save_checkpoint_operation: { save_optimizer: true } },
    record("checkpoint_save", { checkpoint_id: "checkpoint-2", save_optimizer: true }),
  ),
  "load a checkpoint": call(
    "ExperimentCommand",
    { load_checkpoint_operation: { checkpoint_id: 7 } },
    record("checkpoint_restore", { checkpoint_id: 7 }),
  ),
  "load the first checkpoint, whose number is not sent": call(
    "ExperimentCommand",
    { load_checkpoint_operation: {} },
    record("checkpoint_restore", { checkpoint_id: 0 }),
  ),
  "restart, which is an empty message": call(
    "ExperimentCommand",
    { restart_operation: {} },
    record("restart_instance"),
  ),
  "deny and allow samples, of both lists": call(
    "ExperimentCommand",
    {
      deny_samples_operation: { sample_ids: ["s5"] },
      deny_eval_samples_operation: { sample_ids: ["s6"] },
      remove_from_denylist_operation: { sample_ids: ["s5"] },
      remove_eval_from_denylist_operation: { sample_ids: ["s6"] },
    },
    record("sample_discard", { list: "training", sample_ids: ["s5"] }),
    record("sample_discard", { list: "evaluation", sample_ids: ["s6"] }),
    record("sample_restore", { list: "training", sample_ids: ["s5"] }),
    record("sample_restore", { list: "evaluation", sample_ids: ["s6"] }),
  ),
  "a command that only reads": call(
    "ExperimentCommand",
    { get_hyper_parameters: true },
    record("rpc_call"),
  ),
  // --- Weights
  "neurons are frozen": call(
    "ManipulateWeights",
    {
      weight_operation: {
        op_type: "FREEZE",
        layer_id: 3,
        neuron_ids: [{ layer_id: 3, neuron_id: 1 }],
      },
    },
    record(
      "weights_edit",
      { op_type: "FREEZE", layer_id: 3, neuron_ids: [{ layer_id: 3, neuron_id: 1 }] },
      { target: "layer 3" },
    ),
  ),
  "an operation that is none": call(
    "ManipulateWeights",
    { weight_operation: { layer_id: 3 } },
    record(
      "weights_edit",
      { layer_id: 3 },
      { target: "layer 3", error: "Model not found or invalid op_type" },
    ),
  ),
  "the training holds the lock: a gRPC status": call(
    "ManipulateWeights",
    { weight_operation: { op_type: "FREEZE", layer_id: 99 } },
    record(
      "weights_edit",
      { op_type: "FREEZE", layer_id: 99 },
      { target: "layer 99", error: "Error: Training lock not acquired within 10s" },
    ),
  ),
  // --- EditDataSample
  "a tag is added": call(
    "EditDataSample",
    { stat_name: "tag", string_value: "defect", type: "EDIT_ACCUMULATE", ...twoSamples },
    record("tag_add", { tag_name: "defect", ...edited }),
  ),
  "a tag replaces what was there": call(
    "EditDataSample",
    { stat_name: "tags", string_value: "blurred", ...twoSamples },
    record("tag_add", { tag_name: "blurred", ...edited }),
  ),
  "a tag is taken off": call(
    "EditDataSample",
    { stat_name: "tag", string_value: "blurred", type: "EDIT_REMOVE", ...twoSamples },
    record("tag_remove", { tag_name: "blurred", ...edited }),
  ),
  "a whole tag is deleted": call(
    "EditDataSample",
    { stat_name: "tag:blurred", float_value: -1, type: "EDIT_REMOVE" },
    record("tag_remove", {
      tag_name: "tag:blurred",
      operation: "delete the tag",
      samples_affected: 0,
    }),
  ),
  "a categorical tag is a tag, not a restored sample": call(
    "EditDataSample",
    { stat_name: "tag:weather", string_value: "rainy", is_categorical: true, ...twoSamples },
    record("tag_add", { tag_name: "tag:weather", category: "rainy", ...edited }),
  ),
  "a category is cleared": call(
    "EditDataSample",
    { stat_name: "tag:weather", is_categorical: true, ...twoSamples },
    record("tag_remove", { tag_name: "tag:weather", ...edited }),
  ),
  "a category is removed": call(
    "EditDataSample",
    {
      stat_name: "tag:weather",
      string_value: "rainy",
      is_categorical: true,
      type: "EDIT_REMOVE",
      ...twoSamples,
    },
    record("tag_remove", { tag_name: "tag:weather", category: "rainy", ...edited }),
  ),
  "an empty category clears too": call(
    "EditDataSample",
    {
      stat_name: "tag:weather",
      is_categorical: true,
      type: "EDIT_ACCUMULATE",
      ...twoSamples,
    },
    record("tag_remove", { tag_name: "tag:weather", ...edited }),
  ),
  "a removal of what is no tag restores": call(
    "EditDataSample",
    { stat_name: "discarded", type: "EDIT_REMOVE", ...twoSamples },
    record("sample_restore", edited),
  ),
  "samples are discarded": call(
    "EditDataSample",
    { stat_name: "discarded", bool_value: true, ...twoSamples },
    record("sample_discard", edited),
  ),
  "samples are restored": call(
    "EditDataSample",
    { stat_name: "discarded", bool_value: false, ...twoSamples },
    record("sample_restore", edited),
  ),
  "all samples of a tag are discarded, which WeightsLab does not log": call(
    "EditDataSample",
    { stat_name: "__discard_by_tag__", string_value: "defect" },
    record("sample_discard", { tag_name: "defect", ...edited }),
  ),
  "discarding by no tag fails": call(
    "EditDataSample",
    { stat_name: "__discard_by_tag__" },
    record("sample_discard", {}, { error: "Missing tag name for discard-by-tag operation." }),
  ),
  "an edit of a sample that is not there fails, which WeightsLab does not log": call(
    "EditDataSample",
    {
      stat_name: "discarded",
      bool_value: true,
      samples_ids: ["s99"],
      sample_origins: ["train"],
    },
    record(
      "sample_discard",
      { sample_ids: ["s99"], origins: ["train"] },
      { error: "Failed to edit samples: no sample s99" },
    ),
  ),
  "an edit that is none": call(
    "EditDataSample",
    { stat_name: "loss", float_value: 1 },
    record("rpc_call", {}, { error: "Only 'tags', 'discarded' … edits are supported." }),
  ),
  "a tag is registered": call(
    "EditDataSample",
    { stat_name: "__register_tag__", string_value: "new" },
    record("tag_register", { tag_name: "new" }),
  ),
  "the data are saved": call(
    "EditDataSample",
    { stat_name: "__save_data_state__" },
    record("version_snapshot", { name: "data state", operation: "__save_data_state__" }),
  ),
  "a column is copied": call(
    "EditDataSample",
    { stat_name: "__copy_metadata__", string_value: "loss" },
    record("data_transform", {
      transformation: "__copy_metadata__",
      origin: "loss",
      schema: "sample metadata",
    }),
  ),
  "the values of a step are kept": call(
    "EditDataSample",
    {
      stat_name: "__save_step_signal_snapshot__",
      string_value: "loss",
      float_value: 12,
      experiment_hash: "run-1",
      samples_ids: ["s1"],
      sample_values: [0.5],
    },
    record("data_transform", {
      transformation: "__save_step_signal_snapshot__",
      origin: "loss",
      schema: "sample metadata",
      step: 12,
      experiment_hash: "run-1",
      sample_ids: ["s1"],
    }),
  ),
  // --- Queries and export
  "a filter, with its text": call(
    "ApplyDataQuery",
    { query: "loss > 0.5 sortby loss" },
    record("query_execute", {
      query_type: "filter",
      query_text: "loss > 0.5 sortby loss",
      intent: "INTENT_FILTER",
      results_count: 4,
      all_samples_count: 6,
      discarded_count: 2,
    }),
  ),
  "a question in words": call(
    "ApplyDataQuery",
    { query: "which class is worst?", is_natural_language: true },
    record("query_execute", {
      query_type: "natural_language",
      query_text: "which class is worst?",
      intent: "INTENT_ANALYSIS",
      results_count: 4,
      all_samples_count: 6,
      discarded_count: 2,
    }),
  ),
  "a query that fails, which WeightsLab does not log": call(
    "ApplyDataQuery",
    { query: "loss ?? 1" },
    record(
      "query_execute",
      { query_type: "filter", query_text: "loss ?? 1" },
      { error: "Failed to apply query: invalid syntax in loss ?? 1" },
    ),
  ),
  "annotations are exported": call(
    "ExportAnnotations",
    { origin: "train", tags: ["defect"], include_predictions: true },
    record("task_export", {
      origin: "train",
      tags: ["defect"],
      include_predictions: true,
      filename: "annotations_cvat.xml",
      image_count: 6,
    }),
  ),
  "an export that fails": call(
    "ExportAnnotations",
    { format: "EXPORT_FORMAT_V7_DARWIN" },
    record(
      "task_export",
      { format: "EXPORT_FORMAT_V7_DARWIN" },
      { error: "Export failed: not installed" },
    ),
  ),
  // --- Checkpoints, runs, evaluation
  "a checkpoint is restored": call(
    "RestoreCheckpoint",
    { experiment_hash: "run-1" },
    record("checkpoint_restore", { checkpoint_id: "run-1" }, { target: "checkpoint run-1" }),
  ),
  "one that is not there": call(
    "RestoreCheckpoint",
    { experiment_hash: "run-9" },
    record(
      "checkpoint_restore",
      { checkpoint_id: "run-9" },
      { target: "checkpoint run-9", error: "Failed to restore checkpoint run-9" },
    ),
  ),
  "a run is renamed": call(
    "RenameExperimentRun",
    { experiment_hash: "run-1", new_name: "champion" },
    record(
      "experiment_rename",
      {
        before: { experiment_name: "baseline" },
        after: { experiment_name: "champion" },
        new_name: "champion",
      },
      { target: "experiment run-1" },
    ),
  ),
  "a rename that fails says why, which WeightsLab's log does not": call(
    "RenameExperimentRun",
    { experiment_hash: "run-9", new_name: "x" },
    record(
      "experiment_rename",
      { after: { experiment_name: "x" }, new_name: "x" },
      { target: "experiment run-9", error: "Failed to rename run-9" },
    ),
  ),
  "a run gets a note": call(
    "SetExperimentRunNotes",
    { experiment_hash: "run-1", notes: "keep" },
    record(
      "note_write",
      { before: { note: "" }, after: { note: "keep" }, operation: "write" },
      { target: "experiment run-1" },
    ),
  ),
  "and loses it": call(
    "SetExperimentRunNotes",
    { experiment_hash: "run-1" },
    record(
      "note_write",
      { before: { note: "keep" }, operation: "clear" },
      { target: "experiment run-1" },
    ),
  ),
  "a note for no run": call(
    "SetExperimentRunNotes",
    { experiment_hash: "run-9", notes: "x" },
    record(
      "note_write",
      { after: { note: "x" }, operation: "write" },
      { target: "experiment run-9", error: "Failed to save notes for run-9" },
    ),
  ),
  "an evaluation starts": call(
    "TriggerEvaluation",
    { split_name: "val", tags: ["defect"], use_full_set: true },
    record("evaluation_start", { split: "val", tags: ["defect"], use_full_set: true }),
  ),
  "a second one does not": call(
    "TriggerEvaluation",
    { split_name: "val" },
    record("evaluation_start", { split: "val" }, { error: "Evaluation already in progress" }),
  ),
  "it is cancelled, and why": call(
    "CancelEvaluation",
    { reason: "wrong split" },
    record("evaluation_cancel", {}, { reason: "wrong split" }),
  ),
  "there is none to cancel": call(
    "CancelEvaluation",
    {},
    record("evaluation_cancel", {}, { error: "No active evaluation to cancel" }),
  ),
  // --- Agent and notebook
  "code without an agent": call(
    "GenerateNotebookCode",
    { prompt: "plot it" },
    record(
      "notebook_generate_code",
      { prompt: "plot it" },
      { error: "Agent backend is not running." },
    ),
  ),
  "a model without an agent": call(
    "ChangeAgentModel",
    { model: "m" },
    record(
      "project_setting_change",
      { after: { agent_model: "m" } },
      { target: "setting agent", error: "Agent backend is not running." },
    ),
  ),
  "a history without an agent": call(
    "ClearAgentHistory",
    {},
    record(
      "project_setting_change",
      { after: { agent_history: "cleared" } },
      { target: "setting agent", error: "Agent backend is not running." },
    ),
  ),
  "a summary without an agent": call(
    "CompactAgentHistory",
    {},
    record(
      "project_setting_change",
      { after: { agent_history: "summarised" } },
      { target: "setting agent", error: "Agent backend is not running." },
    ),
  ),
  "a provider that is refused": call(
    "InitializeAgent",
    { api_key: "dummy-api-key", model: "m" },
    record(
      "project_setting_change",
      { after: { agent_model: "m" } },
      { target: "setting agent", error: "Only OpenCode is supported as the agent backend." },
    ),
  ),
  "the agent is set up, its key in no record": call(
    "InitializeAgent",
    { api_key: "dummy-api-key", provider: "PROVIDER_OPENCODE", model: "m1" },
    record(
      "project_setting_change",
      { after: { agent_provider: "PROVIDER_OPENCODE", agent_model: "m1" } },
      { target: "setting agent" },
    ),
  ),
  "its model is changed": call(
    "ChangeAgentModel",
    { model: "m2" },
    record(
      "project_setting_change",
      { before: { agent_model: "m1" }, after: { agent_model: "m2" } },
      { target: "setting agent" },
    ),
  ),
  "its history is summarised": call(
    "CompactAgentHistory",
    {},
    record(
      "project_setting_change",
      { after: { agent_history: "summarised" } },
      { target: "setting agent" },
    ),
  ),
  "its history is cleared": call(
    "ClearAgentHistory",
    {},
    record(
      "project_setting_change",
      { after: { agent_history: "cleared" } },
      { target: "setting agent" },
    ),
  ),
  "code for a cell": call(
    "GenerateNotebookCode",
    { prompt: "plot it" },
    record("notebook_generate_code", { prompt: "plot it", code: "df.head()" }),
  ),
  "the agent is disconnected": call(
    "ResetAgent",
    {},
    record(
      "project_setting_change",
      { after: { agent_state: "disconnected" } },
      { target: "setting agent" },
    ),
  ),
  "there is none to disconnect": call(
    "ResetAgent",
    {},
    record(
      "project_setting_change",
      { after: { agent_state: "disconnected" } },
      { target: "setting agent", error: "Agent backend is not running." },
    ),
  ),
  "a cell runs": call(
    "RunNotebookCell",
    { cell_id: "c1", code: "1" },
    record("notebook_run", { cell_id: "c1", code: "1" }, { target: "notebook_cell c1" }),
  ),
  "a cell raises": call(
    "RunNotebookCell",
    { cell_id: "c2", code: "raise ValueError('no')" },
    record(
      "notebook_run",
      { cell_id: "c2", code: "raise ValueError('no')" },
      { target: "notebook_cell c2", error: "ValueError: no" },
    ),
  ),
  "a cell that never ends": call(
    "RunNotebookCell",
    { cell_id: "c3", code: "while True: pass" },
    record(
      "notebook_run",
      { cell_id: "c3", code: "while True: pass" },
      { target: "notebook_cell c3" },
    ),
  ),
  "it is interrupted": call("InterruptNotebookCell", {}, record("notebook_interrupt")),
  "no cell to interrupt": call(
    "InterruptNotebookCell",
    {},
    record("notebook_interrupt", {}, { error: "No cell is currently running." }),
  ),
  "the notebook is saved under a new name": call(
    "SaveNotebook",
    { ipynb_json: "{}", name: "mine" },
    record(
      "notebook_save",
      { requested_name: "mine", name: "mine", path: "/runs/mine.ipynb" },
      { target: "notebook mine" },
    ),
  ),
  "a notebook that is none": call(
    "SaveNotebook",
    { ipynb_json: "print" },
    record("notebook_save", {}, { error: "invalid notebook JSON" }),
  ),
};
