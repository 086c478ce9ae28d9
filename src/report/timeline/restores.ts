/** Which values a restored checkpoint may have set back. */
import type { FlatRecord } from "../../format/index.ts";
import { fieldChangesOf } from "../field-changes.ts";
import type { FieldState } from "./replay.ts";
import { sideText } from "../side.ts";

/** Actions that may set back what was set before them, without saying what. */
export const SETTING_BACK: readonly string[] = [
  "checkpoint_restore",
  "backup_restore",
  "restart_instance",
];
/** What they do not reach: it is not of the model's state. */
const OUT_OF_REACH: ReadonlySet<string> = new Set(["user", "project", "policy", "audit_file"]);
/** Every one of many restores need not be named. */
const MAX_SAID = 3;

/** Remembers them. */
export interface Restores {
  readonly see: (record: FlatRecord) => void;
  readonly doubtsOf: (field: Pick<FieldState, "owner" | "path" | "setBy">) => readonly string[];
}

/** Whether a record may have set back values without naming them. */
export function isSettingBack({ action_type: action, status }: FlatRecord): boolean {
  return status === "success" && SETTING_BACK.includes(action);
}

/** Whether what is set back may be of it. */
export function isWithinReach({ type }: FieldState["owner"]): boolean {
  return !OUT_OF_REACH.has(type);
}

/** Creates one; records are seen in their order. */
export function createRestores(): Restores {
  const seen: { readonly record: FlatRecord; readonly at: number }[] = [];
  const places = new Map<string, number>();
  return {
    see(record) {
      places.set(record.record_id, places.size);
      if (isSettingBack(record)) seen.push({ record, at: places.size - 1 });
    },
    doubtsOf({ owner, setBy, path }) {
      if (setBy === undefined || !isWithinReach(owner)) return [];
      const at = places.get(setBy.record_id) ?? Infinity;
      const since = seen.filter(
        (restore) => restore.at > at && restore.record.service === setBy.service,
      );
      const said = since.slice(-MAX_SAID).map(({ record }) => doubt(record, path.at(-1) ?? ""));
      const more = since.length - said.length;
      return more > 0 ? [...said, `${more} more such actions since it was set`] : said;
    },
  };
}

/** What it says of a field of that name itself is told, and not taken: it may be one of something else. */
function doubt(record: FlatRecord, name: string): string {
  const { action_type: action, record_id: id, timestamp, target_id: target } = record;
  const what = target === undefined ? "" : ` of ${target}`;
  const said = fieldChangesOf(record).find(({ path }) => path.at(-1) === name);
  const named =
    said === undefined ? "" : `: it says that ${said.field} became ${sideText(said.to)}`;
  return `${id} (${action}${what}) at ${timestamp} came after it was set, and may have set it back${named}`;
}
