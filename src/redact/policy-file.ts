import {
  documentOfObject,
  documentOfText,
  type DocumentKind,
  loadDocument,
  type LoadedDocument,
} from "../lib/checked-document.ts";
import { KEPT_ATTRIBUTES } from "../event/index.ts";
import { AuditError } from "../lib/errors.ts";
import { type RedactionPolicy, redactionSchema, type RedactionRules } from "./policy-schema.ts";
import type { Pseudonyms } from "./pseudonym.ts";
import { OPTIONAL_DETECTORS } from "./rule-names.ts";
import type { CompiledPolicy } from "./redactor.ts";
import { compileRules, type RuleOptions } from "./rules.ts";

/** A redaction policy that has the right shape. */
export type LoadedRedaction = LoadedDocument<RedactionPolicy>;

const REDACTION_POLICY: DocumentKind<RedactionPolicy> = {
  noun: "redaction policy",
  schema: redactionSchema,
};

/**
 * Reads a redaction policy from a file.
 *
 * @throws {AuditError} `unreadable`, `untrusted_file` for a file that others may write or own, and
 * `invalid_policy` with file, line and column.
 */
export function loadRedactionFile(path: string, report: (line: string) => void): LoadedRedaction {
  return loadDocument(REDACTION_POLICY, path, report);
}

/**
 * Reads a redaction policy from text.
 *
 * @throws {AuditError} `invalid_policy` with `name`, line and column.
 */
export function parseRedaction(text: string, name: string): LoadedRedaction {
  return documentOfText(REDACTION_POLICY, text, name);
}

/**
 * The same for a policy that the program made.
 *
 * @throws {AuditError} `invalid_policy` naming the place in the object.
 */
export function redactionOfObject(value: unknown): LoadedRedaction {
  return documentOfObject(REDACTION_POLICY, value, "redaction");
}

/** Whether a policy makes pseudonyms, and so needs a key. */
export function needsKey({ identity, actions, ...rules }: RedactionPolicy): boolean {
  return identity === "pseudonym" || rulesOf(rules, actions).some(hashes);
}

function hashes({ keys = [], values = [], detectors = {} }: RedactionRules): boolean {
  const said = [...keys, ...values].map(({ action }) => action);
  return [...said, ...Object.values(detectors)].includes("hash");
}

/** Where a policy lets through what the built-in rules would mask, in words; empty where it does not. */
export function weakenings({ actions, ...rules }: RedactionPolicy): readonly string[] {
  return rulesOf(rules, actions).flatMap(({ keys = [], values = [], detectors = {} }) => [
    ...keys
      .filter(({ action }) => action === "keep")
      .map(({ names, regex }) => (names ?? [regex]).join(", ")),
    ...values.filter(({ action }) => action === "keep").map(({ name }) => `value:${name}`),
    ...Object.entries(detectors).flatMap(([name, action]) =>
      action === "keep" && !OPTIONAL_DETECTORS.includes(name) ? [name] : [],
    ),
  ]);
}

function rulesOf(
  all: RedactionRules,
  actions: RedactionPolicy["actions"] = {},
): readonly RedactionRules[] {
  return [all, ...Object.values(actions)];
}

/**
 * Makes a policy ready.
 *
 * @param pseudonyms undefined where no key is there.
 * @param isAction whether the catalogue knows an action.
 * @throws {AuditError} `invalid_policy` for a pattern that RE2 refuses, and an action that is not known.
 */
export function compileRedaction(
  { document, locate, locateKey, digest }: LoadedRedaction,
  pseudonyms: Pseudonyms | undefined,
  isAction: (name: string) => boolean = () => true,
): CompiledPolicy {
  const { identity = "clear", actions = {}, ...rules } = document;
  refuseKept(rules, [], locate);
  for (const [name, own] of Object.entries(actions)) refuseKept(own, ["actions", name], locate);
  const everywhere: RuleOptions["layers"] = [{ rules, path: [] }];
  const rulesOfAction = Object.entries(actions).map(([name, own]) => {
    if (!isAction(name)) {
      const place = locateKey(["actions"], name);
      throw new AuditError(
        "invalid_policy",
        `${place}: unknown action ${JSON.stringify(name)}: see docs/catalogue.md, or define it with defineAction()`,
      );
    }
    const layers = [{ rules: own, path: ["actions", name] }, ...everywhere];
    return [name, compileRules({ layers, pseudonyms, locate })] as const;
  });
  return {
    rules: compileRules({ layers: everywhere, pseudonyms, locate }),
    rulesOfAction: new Map(rulesOfAction),
    identity,
    pseudonyms,
    digest,
  };
}

/** A rule on what holds the record together would do nothing, and nobody would know. */
function refuseKept(
  { keys = [] }: RedactionRules,
  path: readonly PropertyKey[],
  locate: LoadedRedaction["locate"],
): void {
  keys.forEach(({ names = [] }, at) => {
    const index = names.findIndex((name) => KEPT_ATTRIBUTES.includes(name));
    if (index < 0) return;
    throw new AuditError(
      "invalid_policy",
      `${locate([...path, "keys", at, "names", index])}: no rule on names reaches ${JSON.stringify(names[index])}: ` +
        "actors and addresses have the switch identity, the others stay",
    );
  });
}
