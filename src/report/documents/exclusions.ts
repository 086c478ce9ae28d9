/** Samples that were taken out of the data, and put back: how many, by whom, why. */
import type { FlatRecord } from "../../format/index.ts";
import type { BodyValue } from "../../event/index.ts";
import type { Block, Section, TableBlock } from "./document.ts";
import { eventSections, roleSection } from "./common-sections.ts";
import { importOriginOf, isImported } from "../imported.ts";
import type { ReportFrame, ReportMaterial } from "./material.ts";
import { type OwnSections, rowsBlock } from "./release.ts";
import { reasonOf, reportEvent } from "./report-event.ts";

const NO_REASON = "(no reason given)";
const NO_ORIGIN = "(not said)";
/** More samples are counted. */
const MAX_NAMED = 200;

/** Sections of exclusions. */
export function exclusionSections(frame: ReportFrame, material: ReportMaterial): OwnSections {
  const { zone } = frame;
  const { records } = material;
  const events = records.map((record) => reportEvent(record, zone, { columns: cellsOf(record) }));
  const originals = records.filter((record) => !isImported(record));
  const done = originals.filter(({ outcome, status }) => (outcome ?? status) === "success");
  const unreasoned = records.filter((record) => reasonOf(record) === undefined);
  return {
    events,
    sections: [
      {
        id: "counts",
        heading: "How many, by whom, why",
        blocks: [
          ...countBlocks(done, originals.length),
          ...importedBlocks(records.filter(isImported)),
        ],
      },
      openSection(done),
      {
        id: "no-reason",
        heading: "Without a reason",
        blocks:
          unreasoned.length === 0
            ? [{ kind: "text", text: "Every one of them has a reason." }]
            : rowsBlock(unreasoned, zone, "Nobody said why"),
      },
      ...eventSections(events, zone, {
        high: "Samples that were discarded, and other events of high impact",
        rest: "The rest, by day",
      }),
      roleSection(frame, material),
    ],
  };
}

/** Ids that a record lists; long lists are shortened where they are recorded. */
function idsOf({ details, target_type: type, target_id: id }: FlatRecord): readonly string[] {
  const listed = textsOf(details["sample_ids"]);
  return listed.length === 0 && type === "sample" && id !== undefined ? [id] : listed;
}

function textsOf(value: BodyValue | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: BodyValue) =>
    typeof item === "string" || typeof item === "number" ? [String(item)] : [],
  );
}

/** How many samples a record is about, as far as it says. */
function sampleCount(record: FlatRecord): number {
  const { details } = record;
  const said = [details["sample_ids_count"], details["samples_affected"]].find(
    (value) => typeof value === "number",
  );
  return typeof said === "number" ? said : idsOf(record).length;
}

function cellsOf(record: FlatRecord): Readonly<Record<string, string>> {
  return {
    samples: String(sampleCount(record)),
    sample_ids: idsOf(record).join(" "),
    origins: textsOf(record.details["origins"]).join(" "),
  };
}

/** What a log claims that was imported, apart from what was recorded here. */
function importedBlocks(imported: readonly FlatRecord[]): readonly Block[] {
  if (imported.length === 0) return [];
  const text = `Not counted above: ${imported.length} of the records are imported. What their log claims was done, whether or not it is true:`;
  const done = imported.filter(({ outcome, status }) => (outcome ?? status) === "success");
  const fileOf = (record: FlatRecord): string => importOriginOf(record)?.file ?? "";
  return [
    { kind: "text", text },
    countTable("Imported, by file", "File", done, (record) => [
      [fileOf(record), sampleCount(record)],
    ]),
  ];
}

interface Counted {
  discards: number;
  discarded: number;
  restores: number;
  restored: number;
}

function countBlocks(done: readonly FlatRecord[], all: number): readonly Block[] {
  const failed = all - done.length;
  const text = `Counted are those that were done${failed === 0 ? "" : `; ${failed} others did not succeed and are listed below`}. Samples are counted as the records say; a sample that was discarded twice counts twice.`;
  const tables = [
    countTable("By reason", "Reason", done, (record) => [
      [reasonOf(record) ?? NO_REASON, sampleCount(record)],
    ]),
    countTable("By actor", "Actor", done, (record) => [
      [record.actor_id ?? "", sampleCount(record)],
    ]),
    countTable("By origin", "Origin", done, originsOf),
  ];
  return [{ kind: "text", text }, ...tables];
}

type Parts = readonly (readonly [name: string, samples: number])[];

function originsOf(record: FlatRecord): Parts {
  const origins = textsOf(record.details["origins"]);
  const counts = Map.groupBy(origins, (origin) => origin);
  const rest = sampleCount(record) - origins.length;
  const named = [...counts].map(([origin, { length }]) => [origin, length] as const);
  return rest > 0 || named.length === 0 ? [...named, [NO_ORIGIN, Math.max(0, rest)]] : named;
}

function countTable(
  caption: string,
  column: string,
  records: readonly FlatRecord[],
  partsOf: (record: FlatRecord) => Parts,
): TableBlock {
  const rows = new Map<string, Counted>();
  for (const record of records) {
    for (const [name, samples] of partsOf(record)) {
      const row = rows.get(name) ?? { discards: 0, discarded: 0, restores: 0, restored: 0 };
      rows.set(name, row);
      const isDiscard = record.action_type === "sample_discard";
      row[isDiscard ? "discards" : "restores"]++;
      row[isDiscard ? "discarded" : "restored"] += samples;
    }
  }
  const sorted = [...rows].toSorted(([, a], [, b]) => b.discarded - a.discarded);
  return {
    kind: "table",
    caption,
    columns: [column, "Discards", "Samples discarded", "Restores", "Samples restored"],
    rows: sorted.map(([name, { discards, discarded, restores, restored }]) => [
      name,
      ...[discards, discarded, restores, restored].map(String),
    ]),
  };
}

/** Samples that were discarded in the period and not restored behind that. */
function openSection(done: readonly FlatRecord[]): Section {
  const open = new Map<string, FlatRecord>();
  let unnamed = 0;
  for (const record of done) {
    const ids = idsOf(record);
    const isDiscard = record.action_type === "sample_discard";
    if (isDiscard) unnamed += Math.max(0, sampleCount(record) - ids.length);
    for (const id of ids) {
      if (isDiscard) open.set(id, record);
      else open.delete(id);
    }
  }
  const note =
    unnamed === 0
      ? ""
      : ` Discarded by events that do not name them all: ${unnamed} more; whether those are back is not known.`;
  const rows = [...open]
    .slice(0, MAX_NAMED)
    .map(([id, record]) => [
      id,
      reasonOf(record) ?? NO_REASON,
      record.actor_id ?? "",
      { records: [record.record_id] },
    ]);
  const counted = `Samples that are named, were discarded in this period and not restored in it: ${open.size}.${note}`;
  return {
    id: "still-out",
    heading: "Left out at the end of the period",
    blocks: [
      { kind: "text", text: counted },
      ...(rows.length === 0
        ? []
        : [
            {
              kind: "table",
              caption: open.size > rows.length ? `The first ${rows.length}` : "Samples",
              columns: ["Sample", "Reason", "Who", "Record"],
              rows,
            } as const,
          ]),
    ],
  };
}
