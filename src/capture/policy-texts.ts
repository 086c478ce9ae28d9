import { nearest } from "../lib/nearest.ts";
import { parseMessagePath } from "./message-path.ts";
import type { PolicyAction, PolicyRule, PolicySources } from "./policy-document.ts";
import type { LoadedPolicy } from "./policy-file.ts";
import { whenGroups } from "./policy-when.ts";
import { shown } from "../lib/shown.ts";

/** A text in a rule that is a path into a message, or may be meant as one. */
export interface PolicyText {
  readonly text: string;
  /** `file:line:column`. */
  readonly place: string;
}

/** Every text of a rule and its actions where a path may stand. */
export function textsOf(rule: PolicyRule, at: number, loaded: LoadedPolicy): readonly PolicyText[] {
  const path = ["rules", at];
  return [
    ...sourceTexts(rule, path, loaded),
    ...(rule.actions ?? []).flatMap((action, index) =>
      actionTexts(action, [...path, "actions", index], loaded),
    ),
  ];
}

function actionTexts(
  action: PolicyAction,
  path: readonly PropertyKey[],
  loaded: LoadedPolicy,
): readonly PolicyText[] {
  const conditions = whenGroups(action, path).flatMap((group) =>
    Object.keys(group.conditions).map((text) => ({
      text,
      place: loaded.locateKey(group.path, text),
    })),
  );
  return [...conditions, ...sourceTexts(action, path, loaded)];
}

function sourceTexts(
  sources: PolicySources & Partial<Pick<PolicyAction, "before" | "after" | "details">>,
  path: readonly PropertyKey[],
  loaded: LoadedPolicy,
): readonly PolicyText[] {
  const { target, authorization, before, after, details } = sources;
  const { reason, outcome, error, snapshot } = sources;
  const places = {
    target,
    authorization,
    before,
    after,
    details,
    reason,
    outcome,
    error,
    snapshot,
  };
  return Object.entries(places).flatMap(([name, value]): readonly PolicyText[] => {
    if (typeof value === "string") {
      return [{ text: value, place: loaded.locate([...path, name]) }];
    }
    return Object.entries(value ?? {}).flatMap(([field, text]: [string, unknown]) =>
      typeof text === "string" ? [{ text, place: loaded.locate([...path, name, field]) }] : [],
    );
  });
}

const ROOTS = ["request", "response"];

/** Texts that are taken as they stand although they look like a path with a slip in it, a line each. */
export function likelySlips(loaded: LoadedPolicy): readonly string[] {
  const texts = (loaded.document.rules ?? []).flatMap((rule, at) => textsOf(rule, at, loaded));
  return texts.flatMap(({ text, place }) => {
    if (parseMessagePath(text) !== undefined) return [];
    const [, root, rest] = /^(\w+)\.([\w.]*)$/.exec(text) ?? [];
    const meant = root === undefined ? undefined : nearest(root, ROOTS);
    return meant === undefined
      ? []
      : [
          `${place}: ${shown(text)} is recorded as it stands: it is no path; did you mean ${meant}.${rest === "" ? "<field>" : rest}?`,
        ];
  });
}
