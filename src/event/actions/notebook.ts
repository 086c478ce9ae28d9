/** Actions on a notebook. */
import type { Action } from "../action.ts";
import { actionsOf, type Details } from "./define.ts";
import { count, number, text } from "./fields.ts";

/** Details of the actions of this file. */
export interface NotebookActions {
  readonly notebook_open: Details & { readonly path?: string };
  readonly notebook_run: Details & {
    readonly cell_id: string;
    readonly code?: string;
    /** Seconds. */
    readonly elapsed_s?: number;
  };
  readonly notebook_interrupt: Details & { readonly cell_id?: string };
  readonly notebook_save: Details & { readonly path?: string; readonly bytes?: number };
  readonly notebook_generate_code: Details & { readonly prompt?: string };
  readonly notebook_pause_training: Details & { readonly cell_id?: string };
}

const define = actionsOf<NotebookActions>("notebook");

/** The actions of this file. */
export const NOTEBOOK_ACTIONS: readonly Action[] = [
  define("notebook_open", {
    impact: "low",
    sentence: "{opened|open} notebook {path ?? target.id}",
    fields: () => ({ path: text().optional() }),
  }),
  // Code that runs beside the model can do everything: it deserves attention.
  define("notebook_run", {
    impact: "high",
    required: ["details"],
    sentence: "{ran|run} notebook cell {cell_id}[ of {target}][: {code}]",
    fields: () => ({ cell_id: text(), code: text().optional(), elapsed_s: number().optional() }),
  }),
  define("notebook_interrupt", {
    sentence: "{interrupted|interrupt} the running notebook cell[ {cell_id}]",
    fields: () => ({ cell_id: text().optional() }),
  }),
  define("notebook_save", {
    sentence: "{saved|save} notebook {path ?? target.id}",
    fields: () => ({ path: text().optional(), bytes: count().optional() }),
  }),
  define("notebook_generate_code", {
    impact: "low",
    sentence: "{had code written for|have code written for} a notebook[: {prompt}]",
    fields: () => ({ prompt: text().optional() }),
  }),
  define("notebook_pause_training", {
    sentence: "{paused|pause} training to run a notebook cell[ {cell_id}]",
    fields: () => ({ cell_id: text().optional() }),
  }),
];
