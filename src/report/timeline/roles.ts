/** As what a record names something. */
import { ATTR_SNAPSHOT_ID } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import { type Effect, effectsOf, sampleIdsOf } from "./effects.ts";

/** What a name may be of. */
export type Role = "target" | "sample" | "field" | "snapshot" | "project" | "run";

/** All of them, in the order in which they are told. */
export const ROLES: readonly Role[] = ["target", "sample", "field", "snapshot", "project", "run"];

/** The roles in which a record names something. */
export function rolesOf(record: FlatRecord, name: string): readonly Role[] {
  const { target_id: target, details, attributes } = record;
  const isNamed = (...keys: readonly string[]): boolean =>
    keys.some((key) => {
      const value = details[key];
      return value === name || (typeof value === "number" && String(value) === name);
    });
  const snapshotKey = record.action_type === "version_snapshot" ? "name" : "checkpoint_id";
  const holds: Readonly<Record<Role, boolean>> = {
    target: target === name,
    sample: sampleIdsOf(record).includes(name),
    field: effectsOf(record).some((effect) => isOfField(effect, name)),
    snapshot: attributes[ATTR_SNAPSHOT_ID] === name || isNamed(snapshotKey),
    project: isNamed("project", "project_id"),
    run: isNamed("mlflow.run_id", "wandb.run_id", "evaluation_id"),
  };
  return ROLES.filter((role) => holds[role]);
}

/** Whether an effect is on a field of that name: the whole way to it, or a key on it. */
export function isOfField({ field, path }: Pick<Effect, "field" | "path">, name: string): boolean {
  return field === name || path.includes(name);
}

/** What of a record is about something, in the roles that count. */
export function effectsAbout(
  record: FlatRecord,
  name: string,
  roles: readonly Role[],
): readonly Effect[] {
  const own = rolesOf(record, name).filter((role) => roles.includes(role));
  return effectsOf(record).filter((effect) => {
    const { owner } = effect;
    const isOnSample = owner.type === "sample" && record.target_type !== "sample";
    if (own.includes("sample") && isOnSample && owner.id === name) return true;
    if (own.includes("field") && isOfField(effect, name)) return true;
    return !isOnSample && (own.includes("target") || own.includes("project"));
  });
}
