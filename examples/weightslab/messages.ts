/** The requests of experiment_service.proto as far as the example reads them; what was not sent is absent. */

/** `HyperParameters`. */
export interface HyperParameters {
  readonly learning_rate?: number;
  readonly batch_size?: number;
  readonly val_batch_size?: number;
  readonly evaluation_mode?: boolean;
  readonly auditor_mode?: boolean;
  readonly is_training?: boolean;
  readonly evaluation_config?: string;
}

/** `DenySamplesOperation`. */
export interface DenySamples {
  readonly sample_ids?: readonly string[];
}

/** `TrainerCommand`. */
export interface TrainerCommand {
  readonly hyper_parameter_change?: { readonly hyper_parameters?: HyperParameters };
  readonly plot_note_operation?: {
    readonly metric_name?: string;
    readonly experiment_hash?: string;
    readonly model_age?: number;
    readonly note?: string;
  };
  readonly save_checkpoint_operation?: object;
  readonly restart_operation?: object;
  readonly deny_samples_operation?: DenySamples;
  readonly deny_eval_samples_operation?: DenySamples;
  readonly remove_from_denylist_operation?: DenySamples;
  readonly remove_eval_from_denylist_operation?: DenySamples;
}

/** `DataEditsRequest`. */
export interface DataEdits {
  readonly stat_name?: string;
  readonly string_value?: string;
  readonly bool_value?: boolean;
  readonly type?: "EDIT_OVERRIDE" | "EDIT_ACCUMULATE" | "EDIT_REMOVE";
  readonly samples_ids?: readonly string[];
  readonly is_categorical?: boolean;
}

/** Every other request that changes something: their few fields in one. */
export interface OtherRequest {
  readonly weight_operation?: { readonly op_type?: string; readonly layer_id?: number };
  readonly query?: string;
  readonly is_natural_language?: boolean;
  readonly experiment_hash?: string;
  readonly new_name?: string;
  readonly notes?: string;
  readonly split_name?: string;
  readonly reason?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly cell_id?: string;
  readonly code?: string;
  readonly ipynb_json?: string;
  readonly name?: string;
  readonly prompt?: string;
  readonly format?: string;
}
