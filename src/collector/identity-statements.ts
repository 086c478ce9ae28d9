/**
 * The switch `identity` of a policy as statements of the Collector's transform processor (OTTL).
 *
 * In: the switch. Out: statements for records and for spans. Promise: no attribute that says who or
 * from where keeps a value in clear, however often it stands in one list of attributes.
 */
import {
  ANONYMOUS,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ID,
  ATTR_CLIENT_ADDRESS,
  ATTR_CLIENT_PORT,
  ATTR_SOURCE_ID,
  ATTR_SOURCE_TYPE,
} from "../event/index.ts";
import { type IdentityAction, MASK } from "../redact/index.ts";

/** Statements of one context, as the transform processor takes them. */
export interface ContextStatements {
  readonly context: string;
  readonly statements: readonly string[];
}

/** What the transform processor is told of records, and of spans. */
export interface IdentityStatements {
  readonly log_statements: readonly ContextStatements[];
  readonly trace_statements: readonly ContextStatements[];
}

/** Names in a line of Keycloak's events; a user name may be any text, and its quotes are escaped. */
const IN_TEXT = "(userId|ipAddress|username|impersonator)";
/** Up to the quote behind which a next name or nothing comes: a backslash may stand before that too. */
const QUOTED = `"(?:(?:[^"\\\\]|\\\\.)*|[^"]*)(?:"(, |$)|$)`;
/** As it was written before there were quotes. */
const BARE = `([^",\\s][^",]*)`;

/** The statements that hide who acted and from where; none where the policy leaves it in clear. */
export function identityStatements(identity: IdentityAction): IdentityStatements {
  if (identity === "clear") return { log_statements: [], trace_statements: [] };
  const of = (context: string): ContextStatements => ({
    context,
    statements: hidingIn(context, identity),
  });
  const log = of("log");
  // A body of one text, such as Keycloak's events: records of ours have a map.
  const inBody = (value: string, mask: string): string =>
    `replace_pattern(log.body, "${escaped(`\\b${IN_TEXT}=${value}`)}", "${escaped(mask)}") where IsString(log.body)`;
  return {
    log_statements: [
      of("resource"),
      of("scope"),
      {
        ...log,
        statements: [
          ...log.statements,
          inBody(QUOTED, `$1="${MASK}"$2`),
          inBody(BARE, `$1=${MASK}`),
        ],
      },
    ],
    trace_statements: ["resource", "scope", "span", "spanevent"].map(of),
  };
}

/** A key may stand twice in one list, and a statement reaches the first: all go, one comes back masked. */
function hidingIn(context: string, identity: Exclude<IdentityAction, "clear">): readonly string[] {
  const stays = identity === "pseudonym" ? `|hmac:[A-Za-z0-9_-]{8}:[A-Za-z0-9_-]{22}` : "";
  const hide = (key: string, only = ""): readonly string[] => {
    const [attribute, kept] = [`${context}.attributes["${key}"]`, `${context}.cache["${key}"]`];
    const name = key.replaceAll(".", "\\\\.");
    return [
      `set(${kept}, ${attribute}) where ${attribute} != nil${only}`,
      `delete_matching_keys(${context}.attributes, "^${name}$") where ${kept} != nil`,
      // The mask first: where the next one fails it stays.
      `set(${attribute}, "${MASK}") where ${kept} != nil`,
      `set(${attribute}, ${kept}) where ${kept} != nil and IsMatch(${kept}, "^(${ANONYMOUS}${stays})$")`,
    ];
  };
  const isAddress = ` and ${context}.attributes["${ATTR_SOURCE_TYPE}"] == "ip"`;
  return [
    ...hide(ATTR_ACTOR_ID),
    ...hide(ATTR_ACTOR_DELEGATOR_ID),
    ...hide(ATTR_CLIENT_ADDRESS),
    ...hide(ATTR_SOURCE_ID, isAddress),
    `delete_matching_keys(${context}.attributes, "^${ATTR_CLIENT_PORT.replaceAll(".", "\\\\.")}$")`,
  ];
}

/** RE2 as a text of OTTL. */
function escaped(re2: string): string {
  return re2.replaceAll(/[\\"]/g, "\\$&");
}
