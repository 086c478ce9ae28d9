/** Every action of the catalogue keeps what it promises. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type Action,
  type AnyEvent,
  BUILT_IN_ACTIONS,
  createCatalogue,
  DEFAULT_REDACTABLE,
  defineAction,
} from "../../src/event/index.ts";
import { problemsOf } from "../../src/record/index.ts";
import { SAMPLE_EVENTS } from "../support/catalogue-events.ts";
import { catalogueSchema, catalogueTable } from "../support/catalogue-documents.ts";

const catalogue = createCatalogue();
const root = join(import.meta.dirname, "../..");

function actionOf(name: string): Action {
  const action = catalogue.find(name);
  if (action === undefined) throw new Error(`no action ${name}`);
  return action;
}

const samples: readonly (readonly [name: string, event: AnyEvent])[] = Object.entries(
  SAMPLE_EVENTS,
).map(([name, [event]]) => [name, { ...event, action: name, actor: "ann" }]);

test("no name is defined twice", () => {
  const names = BUILT_IN_ACTIONS.map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  expect(catalogue.names).toEqual(names.toSorted());
});

/** What the sources name; a wildcard there is at least these here. */
test.each([
  [
    "training",
    "hp_change pause resume mode_switch experiment_rename restart_instance retrain_trigger",
  ],
  [
    "samples and tags",
    "tag_add tag_remove tag_register sample_discard sample_restore query_execute",
  ],
  ["checkpoints", "checkpoint_save checkpoint_restore version_snapshot"],
  ["evaluation and notes", "evaluation_start evaluation_cancel note_write"],
  [
    "notebook",
    "notebook_run notebook_save notebook_interrupt notebook_generate_code notebook_pause_training",
  ],
  ["review", "review_state_change label_schema_change assignment_reject"],
  ["projects", "project_setting_change project_create project_delete"],
  ["releases", "release release_approve release_rollback"],
  ["access", "permission_change role_change user_create user_update user_delete"],
  ["models", "model_version model_deploy model_retire model_import model_export model_download"],
  [
    "decisions",
    "decision decision_override monitoring_alert incident_report data_transform lineage",
  ],
  [
    "administration",
    "license_upload license_delete export_toggle analytics_approval backup_create backup_restore",
  ],
  ["exchange", "task_import task_export log_import log_export"],
  [
    "oversight",
    "consent data_subject_request audit_access audit_config_change redaction retention_purge",
  ],
])("%s: every action is built in", (_name, names) => {
  expect(names.split(" ").filter((name) => catalogue.find(name) === undefined)).toEqual([]);
});

describe.each(samples)("%s", (name, event) => {
  const action = actionOf(name);

  test("takes its sample event", () => expect(problemsOf(event, action)).toEqual([]));

  test("is refused without what it requires, and every missing field is named", () => {
    const empty = { action: name, actor: "ann" };
    const problems = problemsOf({ ...empty, details: {} }, action).join("; ");
    for (const field of action.required) {
      if (field !== "details") expect(problems).toContain(`${field} is missing`);
    }
    for (const field of requiredDetails(action)) {
      expect(problems).toContain(`details.${field}: is missing`);
      const { [field]: _left, ...rest } = event.details as Record<string, unknown>;
      expect(problemsOf({ ...event, details: rest }, action)).toEqual([
        `details.${field}: is missing`,
      ]);
    }
    for (const field of action.required) {
      const { [field]: _left, ...rest } = event;
      expect(problemsOf(rest, action).join()).toContain(`${field} is missing`);
    }
  });

  test("asks for details exactly when a field of them is mandatory", () => {
    expect(action.required.includes("details")).toBe(requiredDetails(action).length > 0);
  });

  test("keeps unknown details, and links to experiment trackers", () => {
    const details = {
      ...(event.details as object),
      unknown_field: { a: 1 },
      "mlflow.run_id": "m",
      "wandb.run_id": "w",
    };
    expect(problemsOf({ ...event, details }, action)).toEqual([]);
    expect(
      problemsOf({ ...event, details: { ...details, "mlflow.run_id": 1 } }, action),
    ).toHaveLength(1);
  });

  test("has a sentence with words of its own, and names what may be redacted", () => {
    expect(action.sentence).toMatch(/^\{[^|{}]+\|[^|{}]+\}/);
    expect(() => defineAction({ name, sentence: action.sentence ?? "" })).not.toThrow();
    const leaves = action.redactable.filter((leaf) => !DEFAULT_REDACTABLE.includes(leaf));
    expect(leaves.filter((leaf) => !allDetails(action).includes(leaf))).toEqual([]);
  });
});

test("numbers and times as messages carry them are taken as they will be recorded", () => {
  const long = { __isLong__: true, toString: () => "7" };
  const event = { action: "retention_purge", actor: "ann" };
  const details = { scope: "all", until: new Date(0), records_affected: long };
  expect(problemsOf({ ...event, details }, actionOf("retention_purge"))).toEqual([]);
});

test("an action of another library than zod has a schema without its details", () => {
  const bare = defineAction({
    name: "bare_action",
    details: { "~standard": { version: 1, vendor: "x", validate: (value) => ({ value }) } },
  });
  expect(JSON.stringify(catalogueSchema([bare]))).toContain('"details":{"type":"object"}');
});

describe("the documents are those of the code: npm run docs:catalogue writes them", () => {
  test("docs/catalogue.schema.json", () => {
    const written: unknown = JSON.parse(
      readFileSync(join(root, "docs/catalogue.schema.json"), "utf8"),
    );
    expect(written).toEqual(JSON.parse(JSON.stringify(catalogueSchema(BUILT_IN_ACTIONS))));
  });

  test("docs/catalogue.md", () => {
    const written = readFileSync(join(root, "docs/catalogue.md"), "utf8");
    expect(written).toBe(catalogueTable(BUILT_IN_ACTIONS));
  });

  test("the schema takes every sample event, and no event that lacks what is mandatory", () => {
    const schema = z.fromJSONSchema(
      JSON.parse(JSON.stringify(catalogueSchema(BUILT_IN_ACTIONS))) as z.core.JSONSchema.JSONSchema,
    );
    const isTaken = (event: unknown): boolean => schema.safeParse(event).success;
    const refused = samples.filter(
      ([, event]) => !isTaken(JSON.parse(JSON.stringify(event)) as unknown),
    );
    expect(refused.map(([name]) => name)).toEqual([]);
    const takenEmpty = samples.filter(([action]) => isTaken({ action, actor: "ann" }));
    expect(takenEmpty.map(([name]) => name)).toEqual(
      samples.map(([name]) => name).filter((name) => actionOf(name).required.length === 0),
    );
    expect(schema.safeParse({ action: "no_such_action", actor: "ann" }).success).toBe(false);
  });
});

interface JsonSchema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
}

function detailsSchema(action: Action): JsonSchema {
  return action.details?.["~standard"].jsonSchema?.input({ target: "draft-2020-12" }) ?? {};
}

const requiredDetails = (action: Action): readonly string[] => detailsSchema(action).required ?? [];
const allDetails = (action: Action): readonly string[] =>
  Object.keys(detailsSchema(action).properties ?? {});
