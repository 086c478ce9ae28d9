/** Makes docs/catalogue.schema.json and docs/catalogue.md from the actions. */
import { type Action, ACTOR_TYPES, OUTCOMES } from "../../src/event/index.ts";

const TEXT = { type: "string" };
const MAP = { type: "object" };
const TEXTS_OF = (...names: readonly string[]): object => ({
  type: "object",
  properties: Object.fromEntries(names.map((name) => [name, TEXT])),
});

/** What every event may say; docs/catalogue.md and the README explain it. */
const EVENT_PROPERTIES = {
  actor: {
    anyOf: [
      { type: "string", minLength: 1 },
      {
        type: "object",
        properties: {
          id: { type: "string", minLength: 1 },
          type: { enum: [...ACTOR_TYPES] },
          role: TEXT,
          authentication: TEXT,
          delegator: TEXT,
        },
        required: ["id"],
      },
    ],
  },
  target: TEXTS_OF("type", "id"),
  before: MAP,
  after: MAP,
  reason: TEXT,
  outcome: { enum: [...OUTCOMES] },
  error: TEXT,
  authorization: TEXTS_OF("id", "by"),
  snapshot: TEXT,
  source: TEXTS_OF("id", "type"),
};

/** JSON Schema (2020-12) of the events that `record()` takes. */
export function catalogueSchema(actions: readonly Action[]): object {
  const sorted = actions.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Events of the otel-audit catalogue",
    description:
      "What record() takes, one definition an action. Inside of a gRPC call the actor may be absent.",
    anyOf: sorted.map(({ name }) => ({ $ref: `#/$defs/${name}` })),
    $defs: {
      ...Object.fromEntries(sorted.map((action) => [action.name, eventSchema(action)])),
      any_event: { type: "object", properties: EVENT_PROPERTIES },
    },
  };
}

function eventSchema(action: Action): object {
  const { $schema: _schema, ...details } = action.details?.["~standard"].jsonSchema?.input({
    target: "draft-2020-12",
  }) ?? { type: "object" };
  return {
    allOf: [
      { $ref: "#/$defs/any_event" },
      {
        type: "object",
        properties: {
          action: { const: action.name },
          details,
          // Again: readers of JSON Schema exist that demand only properties they know.
          ...Object.fromEntries(
            Object.entries(EVENT_PROPERTIES).filter(([name]) =>
              action.required.some((field) => field === name),
            ),
          ),
        },
        required: ["action", ...action.required],
      },
    ],
    "x-category": action.category,
    "x-impact": action.impact,
    "x-failure-policy": action.failure,
    "x-version": action.version,
    "x-redactable": action.redactable,
    ...(action.sentence === undefined ? {} : { "x-sentence": action.sentence }),
  };
}

/** The same as a table for people. */
export function catalogueTable(actions: readonly Action[]): string {
  const rows = actions.map((action) => [
    `\`${action.name}\``,
    action.category,
    action.impact,
    action.failure,
    requiredOf(action).join(", ") || "–",
    cell(action.sentence ?? ""),
  ]);
  const header = ["action", "category", "impact", "failure", "required", "sentence"];
  return `${INTRODUCTION}\n${table([header, ...rows])}`;
}

const INTRODUCTION = `# The built-in actions

Written by \`npm run docs:catalogue\` from \`src/event/actions/\`; \`catalogue.schema.json\` says the same as JSON Schema.

- **required**: \`record()\` refuses the event without it. A captured call is recorded all the same, with
  \`audit.integrity.incomplete\`. Further details are kept, whatever they are called.
- **failure** \`closed\`: no audit, no action.
- Every action may have \`mlflow.run_id\` and \`wandb.run_id\` among its details.
- What may be redacted later, with the proof of the record whole: \`x-redactable\` in the schema
  ([why these](decisions/019-what-may-be-redacted.md)).
- **sentence**: \`{past|infinitive}\`, \`{detail}\`, \`[left out when a value is missing]\`. The actor stands before it, reason,
  outcome and error behind it: "ann tried to restore checkpoint 12, but it failed: no such file".
`;

function requiredOf(action: Action): readonly string[] {
  const schema = action.details?.["~standard"].jsonSchema?.input({ target: "draft-2020-12" });
  const fields = Array.isArray(schema?.["required"]) ? schema["required"].map(String) : [];
  return [
    ...action.required.filter((field) => field !== "details"),
    ...fields.map((field) => `\`${field}\``),
  ];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** Columns as wide as their widest cell, as the formatter has them. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(3, ...rows.map((row) => (row[at] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, at) => text.padEnd(widths[at] ?? 0)).join(" | ")} |\n`;
  const [header = [], ...rest] = rows;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rest.map(line)].join("");
}
