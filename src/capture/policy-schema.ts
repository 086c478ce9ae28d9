/** What `audit.yaml` may say. Unknown keys are errors: a typo must not switch auditing off. */
import { z } from "zod";

const literal = z.union([z.string(), z.number(), z.boolean()]);

const target = z
  .strictObject({ type: z.string().optional(), id: z.string().optional() })
  .describe("what is acted on: texts, or paths as in request.experiment_id");

/** Where the parts of a record come from; on a rule they count for all its actions. */
const sources = {
  target: target.optional(),
  reason: z.string().optional(),
  outcome: z.string().optional(),
  error: z.string().optional(),
};

const pathOrMap = z.union([z.string(), z.record(z.string(), literal)]);

const mappedAction = z.strictObject({
  action: z.string(),
  when: z
    .record(z.string(), z.union([literal, z.array(literal)]))
    .optional()
    .describe("paths and what must stand there: present, absent, a value, or a list of values"),
  before: pathOrMap.optional(),
  after: pathOrMap.optional(),
  details: z.record(z.string(), literal).optional(),
  ...sources,
});

const METHOD = /^[A-Za-z_][\w.]*\/([A-Za-z_]\w*|\*)$/;
const method = z.string().regex(METHOD, 'must be "package.Service/Method" or "package.Service/*"');

/** What grpc-js lets a metadata key be (gRPC over HTTP/2, "Custom-Metadata"). */
const METADATA_KEY = /^[0-9a-zA-Z_.-]+$/;
const metadataKey = z.string().regex(METADATA_KEY, "must be a metadata key, as in x-user");

const headerActor = z.strictObject({
  id: metadataKey.describe("metadata key that names the actor, as in x-user"),
  type: metadataKey.optional().describe("metadata key that names the actor's type"),
  role: metadataKey.optional(),
  delegator: metadataKey.optional(),
  from: z
    .array(z.string())
    .min(1, "must list the addresses whose header is believed, as in [127.0.0.0/8]"),
});

const MTLS_FIELD = /^(subject\.[A-Za-z]+|san\.(uri|dns|email))$/;
const mtlsActor = z.strictObject({
  id: z.string().regex(MTLS_FIELD, "must be subject.<attribute>, san.uri, san.dns or san.email"),
});

const actorSource = z
  .strictObject({ header: headerActor.optional(), mtls: mtlsActor.optional() })
  .refine(
    ({ header, mtls }) => (header === undefined) !== (mtls === undefined),
    "must be either header or mtls",
  );

/** The schema of an audit policy, version 1. */
export const policySchema: z.ZodType<PolicyDocument> = z.strictObject({
  version: z.literal(1),
  required: z.boolean().optional(),
  actor: z.array(actorSource).optional(),
  rules: z
    .array(z.strictObject({ method, actions: z.array(mappedAction).optional(), ...sources }))
    .optional(),
  exempt: z.array(z.strictObject({ method, reason: z.string().min(1, "must say why") })).optional(),
}) as z.ZodType<PolicyDocument>;

/** A literal, or a path into the messages. */
export type PolicyValue = string | number | boolean;

/** Where target, reason, outcome and error text come from. */
export interface PolicySources {
  readonly target?: { readonly type?: string; readonly id?: string };
  readonly reason?: string;
  /** Path to what tells success from failure in a reply whose status is OK. */
  readonly outcome?: string;
  /** Path to the error text of such a reply. */
  readonly error?: string;
}

/** One action that a method is recorded as. */
export interface PolicyAction extends PolicySources {
  readonly action: string;
  readonly when?: Readonly<Record<string, PolicyValue | readonly PolicyValue[]>>;
  readonly before?: string | Readonly<Record<string, PolicyValue>>;
  readonly after?: string | Readonly<Record<string, PolicyValue>>;
  readonly details?: Readonly<Record<string, PolicyValue>>;
}

/** What a method, or all methods of a service, is recorded as. */
export interface PolicyRule extends PolicySources {
  readonly method: string;
  readonly actions?: readonly PolicyAction[];
}

/** A metadata key that names the actor, believed only from the listed addresses. */
export interface HeaderActorSource {
  readonly id: string;
  readonly type?: string;
  readonly role?: string;
  readonly delegator?: string;
  /** Addresses and CIDR ranges. */
  readonly from: readonly string[];
}

/** Where the actor of a call comes from. */
export type ActorSource =
  | { readonly header: HeaderActorSource }
  | { readonly mtls: { readonly id: string } };

/** An audit policy as written in `audit.yaml`. */
export interface PolicyDocument {
  readonly version: 1;
  /** Refuse to start when nothing can be recorded. Default false. */
  readonly required?: boolean;
  /** First one that knows the caller wins. Default: everybody is anonymous. */
  readonly actor?: readonly ActorSource[];
  /** First match wins. A method without a rule is recorded as `rpc_call`. */
  readonly rules?: readonly PolicyRule[];
  /** Methods that are not recorded, and why. */
  readonly exempt?: readonly { readonly method: string; readonly reason: string }[];
}
