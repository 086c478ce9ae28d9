/** What `audit.yaml` may say. Unknown keys are errors: a typo must not switch auditing off. */
import { z } from "zod";
import { actorSource } from "./policy-actor-schema.ts";
import type { PolicyDocument } from "./policy-document.ts";

const PATH_HINT = "a path as in request.experiment_id, or a text that is taken as it stands";

const literal = z.union([z.string(), z.number(), z.boolean()]);
const text = (description: string): z.ZodType => z.string().optional().describe(description);

const failure = z
  .enum(["open", "closed"])
  .optional()
  .describe(
    "what happens when it cannot be recorded: open lets the call go on, closed refuses it before the handler runs. " +
      "Default: what the catalogue says of the action",
  );

/** Where the parts of a record come from; on a rule they count for all its actions. */
const sources = {
  target: z
    .strictObject({
      type: text(`what kind of thing: ${PATH_HINT}`),
      id: text(`which one: ${PATH_HINT}`),
    })
    .optional()
    .describe("what is acted on"),
  reason: text(`why, in the actor's own words: ${PATH_HINT}`),
  outcome: text(
    "path to what tells success from failure in a reply whose gRPC status is OK, as in response.success: " +
      "true, or the name of an outcome; everything else is a failure",
  ),
  error: text("path to the error text of such a reply, as in response.message"),
  authorization: z
    .strictObject({
      id: text(`ticket or change number: ${PATH_HINT}`),
      by: text(`who gave it: ${PATH_HINT}`),
    })
    .optional()
    .describe("the approval it rests on"),
  snapshot: text(`the version snapshot or checkpoint it belongs to: ${PATH_HINT}`),
  failure,
};

const state = (description: string): z.ZodType =>
  z
    .union([z.string(), z.record(z.string(), literal)])
    .optional()
    .describe(description);

const pattern = z
  .string()
  .min(1, "must not be empty")
  .max(1000, "must have at most 1000 characters");

const condition = z.union([
  literal,
  z.array(literal).min(1, "must list at least one value"),
  z.strictObject({ matches: pattern.describe("RE2 pattern that matches the whole value") }),
  z.strictObject({
    sent: z.boolean().describe("true: the field is in the message, empty or not; false: it is not"),
  }),
]);

const conditions = z
  .record(z.string(), condition)
  .describe(
    "paths and what must stand there: present, absent, falsy (absent, false or 0), a value, a list of values, " +
      "{ matches: <RE2> }, or { sent: true }, which an empty message is too",
  );

const mappedAction = z
  .strictObject({
    action: z.string().describe("name of an action: a built-in one, or one of your own"),
    when: z
      .union([conditions, z.array(conditions).min(1, "must list at least one map")])
      .optional()
      .describe("all of a map must hold; of a list of maps, one"),
    before: state("the state before: a path to a message, or a map of fields"),
    after: state("the state after: a path to a message, or a map of fields"),
    details: z
      .record(z.string(), literal)
      .optional()
      .describe(`further fields of the record; each value is ${PATH_HINT}`),
    ...sources,
  })
  .describe("an action that the method may be");

const METHOD = /^[A-Za-z_][\w.]*\/([A-Za-z_]\w*|\*)$/;
const method = z
  .union([
    z
      .string()
      .regex(
        METHOD,
        'must be "package.Service/Method", "package.Service/*", or { regex: <RE2 pattern of the whole of it> }',
      ),
    z.strictObject({
      regex: pattern.describe("RE2 pattern that matches the whole package.Service/Method"),
    }),
  ])
  .describe("package.Service/Method, package.Service/*, or { regex: <RE2> }");

const rule = z
  .strictObject({
    method,
    level: z
      .enum(["none", "metadata", "request", "request-response"])
      .optional()
      .describe(
        "none: no record; metadata: who, what, how it ended, and what the paths name; request and " +
          "request-response: the messages as well. Default metadata",
      ),
    actions: z
      .array(mappedAction)
      .optional()
      .describe(
        "every action whose condition holds is recorded; none holds: the call is an rpc_call",
      ),
    ...sources,
  })
  .describe("what a method is recorded as");

const ROLE = /^[^,\s]+$/;

/** The schema of an audit policy, version 1. */
export const policySchema: z.ZodType<PolicyDocument> = z
  .strictObject({
    version: z.literal(1).describe("version of this format: 1"),
    required: z
      .boolean()
      .optional()
      .describe("true: refuse to start when nothing can be recorded. Default false"),
    access: z
      .enum(["optional", "required"])
      .optional()
      .describe(
        "required: otel-audit shows nothing of a trail unless it can record who looks at it, and for what purpose. Default optional",
      ),
    coverage: z
      .enum(["strict", "warn", "off"])
      .optional()
      .describe(
        "a method that is neither mapped nor exempt: strict refuses to start, warn says so, off says nothing. Default warn",
      ),
    actor: z
      .array(actorSource)
      .optional()
      .describe("where the actor comes from; the first source that knows the caller wins"),
    roles: z
      .record(
        z.string().regex(ROLE, "must be a role name without commas and blanks"),
        z.array(z.string().describe("name of an action")),
      )
      .optional()
      .describe("what each role may do: recorded with every action, not enforced"),
    rules: z.array(rule).optional().describe("first match wins"),
    exempt: z
      .array(
        z
          .strictObject({
            method,
            reason: z
              .string()
              .regex(/\S/, "must say why")
              .describe("why these methods are not recorded"),
          })
          .describe("methods that are not recorded"),
      )
      .optional()
      .describe(
        "never recorded, whatever the rules say. Health, reflection and channelz are exempt unless a rule names their service",
      ),
  })
  .describe("audit policy of otel-audit") as unknown as z.ZodType<PolicyDocument>;
