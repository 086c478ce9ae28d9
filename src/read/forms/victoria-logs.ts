/**
 * What VictoriaLogs answers (`/select/logsql/query`): a flat JSON map a line, every value a text.
 *
 * Attributes, body and resource stand there side by side. What is an attribute is known by its name;
 * what is of the body by the record itself, whose seal names the leaves of its body. The seal is one of texts
 * (docs/format.md, "Texts") and says nothing of types: of those only the catalogue tells.
 */
import {
  ATTR_INTEGRITY_FIELDS,
  ATTR_SERVICE_NAME,
  type AttributeValue,
  type AuditRecord,
  type BodyValue,
} from "../../event/portable.ts";
import {
  bodyKeyOf,
  decodeFieldSeals,
  keyOf,
  misspeltName,
  SEALED_PREFIXES,
} from "../../seal/portable.ts";
import { shown } from "../../lib/shown.ts";
import { type Block, type Found, MAX_DEPTH } from "../block.ts";
import { shapeOf } from "../element-scanner.ts";
import { endOfText } from "../json-doubts.ts";
import { parsePiece } from "../json-piece.ts";
import { linesOf } from "../lines.ts";
import { isMap } from "../../lib/is-map.ts";
import { setOwn } from "../plain-json.ts";
import { foundOf, millisOfShown, NO_DOUBTS, traceIds } from "../record-doubts.ts";
import { isKnownAttribute, typedAttribute } from "./typed-attributes.ts";
import { detailReader } from "./typed-details.ts";

const TIME_FIELD = "_time";
const STREAM_FIELD = "_stream";
/** Of the body, and nothing that anybody adds on the way. */
const CHANGE_FIELD = /^(?:before|after)\./;
const MID_RECORD = "the file ends in the middle of a record";

/** What stands in the lines. */
export function* decodeVictoriaLogs(block: Block): Generator<Found> {
  const { bytes } = block;
  for (const { start, end, number: line, isEnded } of linesOf(block)) {
    const piece = parsePiece({ bytes, start, end }, shapeOf, MAX_DEPTH);
    if (piece.kind === "problem")
      yield { ...piece, ...(isEnded ? {} : { message: MID_RECORD }), line };
    else if (!isMap(piece.value)) yield { kind: "problem", message: "not a map of fields", line };
    else {
      const doubts =
        piece.doubts.length === 0 ? NO_DOUBTS : piece.doubts.map(({ message }) => message);
      yield decodeFields(piece.value, line, doubts);
    }
  }
}

type Fields = Readonly<Record<string, unknown>>;

function decodeFields(fields: Fields, line: number, textDoubts: readonly string[]): Found {
  const doubts = [...textDoubts];
  const attributes: Record<string, AttributeValue> = {};
  const body: Record<string, BodyValue> = {};
  const detailOf = detailReader(fields);
  const isOfBody = bodyTest(fields);
  const isTaken = labelTest(fields);
  for (const name in fields) {
    const text = fields[name];
    if (typeof text !== "string") doubts.push(`${shown(name)} is no text`);
    else if (isOfBody(name) && !isTaken(name)) setOwn(body, name, detailOf(name, text));
    else if (isSealedName(name)) setOwn(attributes, name, typedAttribute(name, text));
    else if (CHANGE_FIELD.test(name) && text !== "")
      doubts.push(`${shown(name)} is no field that the record names`);
  }
  return foundOf({
    record: {
      attributes,
      body,
      ...traceIds(hexOf(fields["trace_id"], 32), hexOf(fields["span_id"], 16)),
      ...serviceOf(fields, (name) => isOfBody(name) && !isTaken(name)),
    },
    line,
    doubts,
    shownMillis: millisOfShown(fields[TIME_FIELD]),
  });
}

/** Tells which fields were leaves of the body. */
function bodyTest(fields: Fields): (name: string) => boolean {
  const seals = fields[ATTR_INTEGRITY_FIELDS];
  const decoded = typeof seals === "string" ? decodeFieldSeals(seals) : undefined;
  if (decoded === undefined) return () => false;
  const listed = new Set(decoded.map(({ key }) => key));
  const claims = new Map<string, number>();
  for (const name in fields) claims.set(keyOf(name), (claims.get(keyOf(name)) ?? 0) + 1);
  return (name) => {
    const key = keyOf(name);
    const bodyKey = bodyKeyOf(name);
    if (!listed.has(bodyKey)) return false;
    if (bodyKey === key) return true;
    // The name of an attribute: it is one where the seal names both, or another field may be the leaf.
    return !listed.has(key) && !((claims.get(key) ?? 0) > 1 && isKnownAttribute(name));
  };
}

/**
 * Tells whether the resource has an attribute of the name of a leaf, and its value stands in the field:
 * only one of the two was kept. A leaf that is absent was redacted; one with another value would be altered.
 */
function labelTest(fields: Fields): (name: string) => boolean {
  const stream = fields[STREAM_FIELD];
  if (typeof stream !== "string") return () => false;
  let labels: ReadonlySet<string> | undefined;
  return (name) => {
    labels ??= new Set(labelsOf(stream));
    return labels.has(`${name}=${JSON.stringify(fields[name])}`);
  };
}

/** As in `{host.name="h",service.name="trainer"}`, one after the other; no expression, whose stack has an end. */
function* labelsOf(stream: string): Generator<string> {
  for (let start = 1; ;) {
    const equals = stream.indexOf('="', start);
    if (equals < 0) return;
    const end = endOfText(stream, equals + 1);
    yield stream.slice(start, end);
    if (stream[end] !== ",") return;
    start = end + 1;
  }
}

/** Also where an attribute stands there under another name: what is said of the record then says so. */
function isSealedName(name: string): boolean {
  return (
    SEALED_PREFIXES.some((prefix) => name.startsWith(prefix)) || misspeltName(name) !== undefined
  );
}

/** A leaf of a body may have the name of the field. */
function hexOf(value: unknown, digits: number): string | undefined {
  return typeof value === "string" && value.length === digits && /^[0-9a-f]+$/.test(value)
    ? value
    : undefined;
}

const SERVICE_LABEL = /[{,]service\.name=("(?:[^"\\]|\\.)*")/;

function serviceOf(
  fields: Fields,
  isLeaf: (name: string) => boolean,
): Pick<AuditRecord, "service"> {
  const own = isLeaf(ATTR_SERVICE_NAME) ? undefined : fields[ATTR_SERVICE_NAME];
  if (typeof own === "string") return { service: own };
  const stream = fields[STREAM_FIELD];
  const [, quoted] =
    (typeof stream === "string" && SERVICE_LABEL.exec(stream.slice(0, 4096))) || [];
  if (quoted === undefined) return {};
  try {
    return { service: String(JSON.parse(quoted)) };
  } catch {
    return {};
  }
}
