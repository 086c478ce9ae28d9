/**
 * One plain English sentence for any record.
 *
 * In: a record, of this process or read back from anywhere. Out: who did what to what, why, and how
 * it ended. Promise: pure, never throws, one line, bounded length, for unknown actions too.
 */
import { counted, verbFor } from "../lib/counted.ts";
import type { Action } from "./action.ts";
import {
  ATTR_ACTION,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ID,
  ATTR_ACTOR_TYPE,
  ATTR_COUNT,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_IMPORT_FILE,
  ATTR_IMPORT_TIME,
  ATTR_OUTCOME,
  ATTR_REASON,
  ATTR_RECORD_KIND,
  ATTR_RPC_METHOD,
  ATTR_SNAPSHOT_ID,
  ATTR_TARGET_ID,
  ATTR_TARGET_TYPE,
} from "./attributes.ts";
import { type Catalogue, createCatalogue } from "./catalogue.ts";
import { changesInWords } from "./change-words.ts";
import { ID_COUNT_SUFFIX } from "./id-lists.ts";
import { countedList, inWords, isList, oneLine } from "./readable.ts";
import { isMap } from "../lib/is-map.ts";
import type { AuditRecord, BodyValue } from "./record.ts";
import { parseSentence, type SentencePart } from "./sentence-template.ts";

/** A reason or an error is longer than a name, and still no essay. */
const MAX_PROSE = 300;
/** Where a sentence asks for something that the record does not have. */
const NOT_GIVEN = "(not given)";
/** Of an action that is not known, or says no sentence of its own. */
const UNKNOWN_ACTION = "{did|do} ";
/** Error texts that stand in for none. */
const NO_ERROR: ReadonlySet<string> = new Set(["", "failed without an error text", "denied"]);

let builtIn: Catalogue | undefined;

/**
 * What a record says, as in "ann changed learning_rate from 0.1 to 0.01 because loss is flat".
 *
 * @param catalogue knows the actions. Default: the built-in ones; others are named as they are.
 */
export function sentenceOf(record: AuditRecord, catalogue?: Catalogue): string {
  try {
    const sentence = phrase(record, catalogue ?? (builtIn ??= createCatalogue()));
    return oneLine(`${importOf(record)}${sentence}`, 2000);
  } catch {
    // A record whose very properties throw has nothing that could be told.
    return "an audit record that cannot be put into words";
  }
}

/** Before all else: it is no record of what happened, but of what a file says. */
function importOf(record: AuditRecord): string {
  const file = textOf(record, ATTR_IMPORT_FILE);
  if (file === undefined) return "";
  const time = textOf(record, ATTR_IMPORT_TIME);
  return `imported: ${oneLine(file, 80)} says that${time === undefined ? "" : ` at ${time}`} `;
}

function phrase(record: AuditRecord, catalogue: Catalogue): string {
  const kind = textOf(record, ATTR_RECORD_KIND);
  const error = errorOf(record);
  if (kind === "start") return `${record.service ?? "a service"} began its audit trail`;
  if (kind === "gap") return `${lostOf(record)}${error}`;
  if (kind === "checkpoint") return "the audit trail was signed up to here";
  const name = textOf(record, ATTR_ACTION) ?? "";
  const parts = partsOf(name, catalogue.find(name));
  const did = render(parts, record, "past");
  const doing = render(parts, record, "infinitive");
  const actor = actorOf(record);
  const reason = textOf(record, ATTR_REASON);
  const isSaid = (text: string): boolean =>
    did.includes(oneLine(text, MAX_PROSE)) && parts.some((part) => isOf(part, record, text));
  const because = reason === undefined || isSaid(reason) ? "" : ` because ${prose(reason)}`;
  const count = countOf(record);
  const times = count === undefined || count < 2 ? "" : ` (${count} times)`;
  if (kind === "intent") return `${actor} set out to ${doing}${because}`;
  if (kind === "delivery") return `${actor} did not get the reply to the call to ${doing}${error}`;
  switch (textOf(record, ATTR_OUTCOME)) {
    case "failure":
      return `${actor} tried to ${doing}${times}${because}, but it failed${error}`;
    case "denied":
      return `${actor} was denied permission to ${doing}${times}${because}${error}`;
    case "unknown":
      return `${actor} tried to ${doing}${times}${because}, and how it ended is not known`;
    default:
      return `${actor} ${did}${times}${because}`;
  }
}

const parsed = new WeakMap<Action, readonly SentencePart[]>();

function partsOf(name: string, action: Action | undefined): readonly SentencePart[] {
  if (action?.sentence === undefined) {
    return [
      ...parseSentence(UNKNOWN_ACTION).parts,
      { kind: "text", text: oneLine(name, 80) || "something" },
      {
        kind: "optional",
        parts: [
          { kind: "text", text: " on " },
          { kind: "value", paths: ["target"] },
        ],
      },
    ];
  }
  const known = parsed.get(action);
  if (known !== undefined) return known;
  const { parts } = parseSentence(action.sentence);
  parsed.set(action, parts);
  return parts;
}

function render(
  parts: readonly SentencePart[],
  record: AuditRecord,
  form: "past" | "infinitive",
): string {
  return parts.map((part) => renderPart(part, record, form)).join("");
}

function renderPart(part: SentencePart, record: AuditRecord, form: "past" | "infinitive"): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "verb":
      return part[form];
    case "value":
      return valueOf(part, record) ?? (part.noun === undefined ? NOT_GIVEN : `${part.noun}s`);
    default:
      return part.parts.every(
        (inner) => inner.kind !== "value" || valueOf(inner, record) !== undefined,
      )
        ? render(part.parts, record, form)
        : "";
  }
}

/** Whether a part is of a detail that is that text: a purpose is a reason as well, and need not be said twice. */
function isOf(part: SentencePart, record: AuditRecord, text: string): boolean {
  if (part.kind === "optional") return part.parts.some((inner) => isOf(inner, record, text));
  return part.kind === "value" && part.paths.some((path) => detailAt(record, path) === text);
}

type ValuePart = Extract<SentencePart, { kind: "value" }>;

function valueOf(part: ValuePart, record: AuditRecord): string | undefined {
  for (const path of part.paths) {
    const word = wordOf(record, path);
    if (word !== undefined) return word;
    const value = detailAt(record, path.startsWith("details.") ? path.slice(8) : path);
    if (value === undefined || value === null || value === "") continue;
    return detailInWords(value, part, detailAt(record, `${path}${ID_COUNT_SUFFIX}`));
  }
  return undefined;
}

function detailInWords(value: BodyValue, part: ValuePart, total: BodyValue | undefined): string {
  const { noun, words } = part;
  if (words !== undefined && typeof value === "boolean") return value ? words[0] : words[1];
  if (noun === undefined) return inWords(value);
  if (typeof value === "number") return counted(value, noun);
  if (!isList(value)) return `${noun} ${inWords(value)}`;
  return countedList(value, noun, typeof total === "number" ? total : value.length);
}

/** The words that are of the record, not of its details. */
function wordOf(record: AuditRecord, path: string): string | undefined {
  switch (path) {
    case "target":
      return targetOf(record);
    case "target.id":
      return shown(textOf(record, ATTR_TARGET_ID));
    case "target.type":
      return shown(textOf(record, ATTR_TARGET_TYPE));
    case "method":
      return shown(textOf(record, ATTR_RPC_METHOD));
    case "snapshot":
      return shown(textOf(record, ATTR_SNAPSHOT_ID));
    case "changes": {
      const before = detailAt(record, "before");
      const after = detailAt(record, "after");
      return changesInWords(isMap(before) ? before : {}, isMap(after) ? after : {});
    }
    default:
      return undefined;
  }
}

function detailAt(record: AuditRecord, path: string): BodyValue | undefined {
  let value: BodyValue | undefined = record.body;
  for (const key of path.split(".")) {
    value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

function targetOf(record: AuditRecord): string | undefined {
  const type = textOf(record, ATTR_TARGET_TYPE);
  const id = textOf(record, ATTR_TARGET_ID);
  if (id === undefined) return type === undefined ? undefined : `a ${oneLine(type)}`;
  return type === undefined ? oneLine(id) : `${oneLine(type)} ${oneLine(id)}`;
}

function actorOf(record: AuditRecord): string {
  const id = textOf(record, ATTR_ACTOR_ID);
  if (id === undefined) return "somebody";
  const type = textOf(record, ATTR_ACTOR_TYPE);
  const delegator = textOf(record, ATTR_ACTOR_DELEGATOR_ID);
  const name =
    type === undefined || type === "user" ? oneLine(id) : `${oneLine(type)} ${oneLine(id)}`;
  return delegator === undefined ? name : `${name} (for ${oneLine(delegator)})`;
}

function errorOf(record: AuditRecord): string {
  const error = textOf(record, ATTR_EXCEPTION_MESSAGE) ?? "";
  return NO_ERROR.has(error) ? "" : `: ${prose(error)}`;
}

function countOf(record: AuditRecord): number | undefined {
  const count = record.attributes[ATTR_COUNT];
  return typeof count === "number" ? count : undefined;
}

function lostOf(record: AuditRecord): string {
  const count = countOf(record);
  return count === undefined
    ? "some records were lost"
    : `${counted(count, "record")} ${verbFor(count, "was")} lost`;
}

/** Without the full stop that would stand in the middle of the sentence. */
function prose(text: string): string {
  return oneLine(text, MAX_PROSE).replace(/[.\s]+$/, "");
}

function shown(text: string | undefined): string | undefined {
  return text === undefined ? undefined : oneLine(text);
}

function textOf(record: AuditRecord, name: string): string | undefined {
  const value = record.attributes[name];
  return value === undefined || value === "" ? undefined : String(value);
}
