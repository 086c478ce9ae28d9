#!/usr/bin/env python3
"""An independent verifier of otel-audit's sealed audit trails, written from docs/format.md ("Seal" to "Verdicts").

Where that document says nothing (what a finding names, which files of a directory are read, what is saved of a broken
file), it does as `otel-audit verify` does. Not here: redaction policies, windows of time, forms of VictoriaLogs and Loki.
It needs Python 3.11 and the package `cryptography` (for Ed25519), and takes nothing from the TypeScript of the project.
The numbers in comments, as in "rule 12", are those of the chapter "To verify".
"""
import argparse
import base64
import datetime
import hashlib
import json
import os
import re
import sys
from decimal import Decimal, DecimalException

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WEIGHTS = {
    **dict.fromkeys(["record_altered", "field_altered", "text_contradicts", "record_inserted", "copies_differ",
                     "checkpoint_altered", "foreign_key", "histories_differ", "anchor_differs"], "tampered"),
    "line_unreadable": "unreadable",
    **dict.fromkeys(["records_missing", "stream_missing"], "missing"),
    **dict.fromkeys(["field_unopenable", "field_unexplained", "record_unproven", "nothing_signed",
                     "format_unsupported"], "inconclusive"),
    **dict.fromkeys(["records_adopted", "records_unsigned", "records_purged", "view_passed_over", "salt_left", "only_results",
                     "stream_unclosed", "key_in_memory", "keys_unlinked"], "note"),
}
STRICT = {"records_adopted", "records_unsigned", "view_passed_over", "only_results", "key_in_memory", "keys_unlinked"}
VERDICTS = [("tampered", "tampered", 1), ("unreadable", "unreadable", 3), ("missing", "incomplete", 4),
            ("inconclusive", "inconclusive", 4), ("note", "verified", 0)]

# Keys of a journal line that are attributes.
COLUMNS = {"timestamp": "audit.time", "action_type": "audit.action", "error": "exception.message",
           "record_id": "audit.record.id", "sequence": "audit.sequence.number", "kind": "audit.record.kind",
           "call_id": "audit.call.id", "outcome": "audit.outcome", "actor_id": "audit.actor.id",
           "actor_type": "audit.actor.type", "target_type": "audit.target.type", "target_id": "audit.target.id",
           "reason": "audit.reason", "method": "rpc.method", "rpc_status": "rpc.status_code",
           "duration_ms": "audit.call.duration_ms", "source": "audit.source.id"}
HEADER = ("timestamp,action_type,status,details,error,record_id,stream,sequence,kind,call_id,outcome,actor_id,actor_type,"
          "target_type,target_id,reason,method,rpc_status,duration_ms,source,service,trace_id,span_id,attributes").split(",")
TEXTS = ("timestamp", "action_type", "record_id", "stream", "kind")
OPTIONAL_TEXTS = ("call_id", "outcome", "actor_id", "actor_type", "target_type", "target_id", "reason", "method",
                  "rpc_status", "source", "service", "trace_id", "span_id")
NO_FIELDS = {"audit.record.id", "audit.time", "audit.action", "audit.sequence.number", "audit.integrity.fields"}
PREFIXES = ("audit_", "rpc_", "client_", "error_", "exception_", "user_agent_")
FIVE = HEADER[:5]
KEYS = (*HEADER, "resource")
# Attributes of the table in "Attributes" that are sealed, and so the names of their keys.
NAMES = """audit.record.id audit.record.kind audit.sequence.number audit.schema.version audit.time audit.call.id
audit.call.duration_ms audit.call.request.count audit.call.request.bytes audit.call.response.count audit.call.response.bytes
audit.action audit.action.version audit.category audit.impact audit.outcome audit.actor.id audit.actor.type audit.actor.role
audit.actor.role.permitted audit.actor.authentication audit.actor.authentication.error audit.actor.delegator.id
audit.target.type audit.target.id audit.source.id audit.source.type audit.reason audit.authorization.id
audit.authorization.by audit.snapshot.id audit.count audit.redaction.rules audit.integrity.incomplete audit.integrity.fields
audit.checkpoint.note audit.checkpoint.leaves audit.checkpoint.subtrees rpc.system.name rpc.method rpc.status_code
client.address client.port user_agent.original error.type exception.message""".split()
OF_CHECKPOINT = ("audit.checkpoint.note", "audit.checkpoint.leaves", "audit.checkpoint.subtrees")
STREAM = re.compile(r"[A-Za-z][A-Za-z0-9_-]{15}")
RECORD_ID = re.compile(r"([A-Za-z][A-Za-z0-9_-]{15})\.([1-9][0-9]{0,15})")
ENTRY = re.compile(r"([A-Za-z0-9_]+)(?::([A-Za-z0-9_-]{43})(?::([A-Za-z0-9_-]{22}))?)?")
MASKED = re.compile(r'\*{4}|\["\*{4}"(?:,"\*{4}")*\]')
HASH_LIKE = re.compile(r"(hmac:[A-Za-z0-9_-]+:)?([0-9a-f]{32,128}|[A-Za-z0-9_-]{22,86}={0,2})", re.I | re.A)
NEVER_ENDED = "its stream ended without a result: whether it was done is not known"
SIGNATURE_LINE = re.compile("— ([^\\s+]+) ([A-Za-z0-9+/=]+)")
SEGMENTS = re.compile(r"([A-Za-z][A-Za-z0-9_-]{15})/[0-9]+-[0-9]+: ([0-9]{1,16})-([0-9]{1,16})")
SEGMENT_FILE = re.compile(r"(?:^|.*[\\/])[A-Za-z][A-Za-z0-9_-]{15}[\\/][1-9][0-9]*\.jsonl", re.S)
RECORD_FILE = re.compile(r".*\.(jsonl|json|csv)(\.(gz|zst|zip))?", re.S)
VIEW_PART = re.compile(r"audit_log(?:-([1-9][0-9]*))?\.json")
# Rule 10: what the record of a checkpoint may say beside its note.
OF_CHECKPOINTS = {"audit.category": "audit", "audit.impact": "low", "audit.record.kind": "checkpoint",
                  "audit.schema.version": None}
MAX = 2**53 - 1
MAX_LEVELS = 128
NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?"
# Messages of opentelemetry-proto, and the names of their fields in JSON.
FORMS = ("stringValue", "boolValue", "intValue", "doubleValue", "bytesValue", "arrayValue", "kvlistValue")
REQUEST = ("resourceLogs",)
RESOURCE_LOGS = ("resource", "scopeLogs", "schemaUrl")
RESOURCE = ("attributes", "droppedAttributesCount", "entityRefs")
SCOPE_LOGS = ("scope", "logRecords", "schemaUrl")
LOG_RECORD = ("timeUnixNano", "observedTimeUnixNano", "severityNumber", "severityText", "body", "attributes",
              "droppedAttributesCount", "flags", "traceId", "spanId", "eventName")


class Refused(Exception):
    """Something is not of the form it must have. `code` is that of the finding."""

    def __init__(self, code="line_unreadable"):
        super().__init__(code)
        self.code = code


# ---- Values, and their texts

class Map(dict):
    """A JSON map that knows whether one of its names stood there twice. The last one counts."""

    def __init__(self, pairs=()):
        pairs = list(pairs)
        super().__init__()
        self.double = set()
        for name, value in pairs:
            if name in self:
                self.double.add(name)
            self[name] = value


class Number:
    """A JSON number as it was written."""

    def __init__(self, raw):
        self.value = float(raw)
        try:
            self.changed = Decimal(raw) != Decimal(self.text())
        except DecimalException:
            self.changed = True

    def text(self):
        """ECMAScript's Number::toString."""
        value = self.value
        if value != value or value in (float("inf"), float("-inf")):
            return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}[repr(value)]
        if value == 0:
            return "0"
        sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
        digits = "".join(map(str, digits))
        k, n = len(digits), len(digits) + exponent
        if k <= n <= 21:
            out = digits + "0" * (n - k)
        elif 0 < n <= 21:
            out = digits[:n] + "." + digits[n:]
        elif -6 < n <= 0:
            out = "0." + "0" * -n + digits
        else:
            out = digits[0] + ("." + digits[1:] if k > 1 else "") + f"e{'+' if n > 0 else '-'}{abs(n - 1)}"
        return ("-" if sign else "") + out


def constant(_):
    raise Refused()


DECODER = json.JSONDecoder(object_pairs_hook=Map, parse_int=Number, parse_float=Number, parse_constant=constant)


def parse_json(text):
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise Refused() from error


def levels(value):
    """How many levels of maps and lists a value has."""
    count, inner = 0, [value]
    while inner := [item for item in inner if isinstance(item, (dict, list))]:
        inner = [item for outer in inner for item in (outer.values() if isinstance(outer, dict) else outer)]
        count += 1
    return count


def limited(value):
    """A value that is not too deep for rule 1."""
    if levels(value) > MAX_LEVELS:
        raise Refused()
    return value


def letters(name):
    """What two names have in common that people take for one."""
    return re.sub("[^a-z0-9]", "", name.lower())


def misnamed(value, names):
    """Whether a map has a key that is one of the names in another writing."""
    known = set(map(letters, names))
    return isinstance(value, dict) and any(name not in names and letters(name) in known for name in value)


def quote(text):
    """A JSON text by RFC 8785; lone surrogates as \\udxxx."""
    text = json.dumps(text, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", text)


def canonical(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Number):
        return value.text()
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(quote(name) + ":" + canonical(value[name]) for name in names) + "}"


def text_of(value):
    """The text that is sealed; None where the value is absent."""
    if isinstance(value, str):
        return value or None
    if value is None or (isinstance(value, dict) and not value):
        return None
    return canonical(value)


def contradicts(value):
    """A name twice, or a number that is another one as a double, at any depth."""
    if isinstance(value, Number):
        return value.changed
    if isinstance(value, list):
        return any(map(contradicts, value))
    return isinstance(value, dict) and (bool(value.double) or any(map(contradicts, value.values())))


def utf8(text):
    return re.sub("[\ud800-\udfff]", "\ufffd", text).encode()


def sha256(data):
    return hashlib.sha256(data).digest()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_base64(text, size=None, url=False):
    """Bytes of base64, of its one form only."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4 if url else 0), b"-_" if url else None, validate=True)
    except (ValueError, TypeError) as error:
        raise Refused("checkpoint_altered") from error
    back = base64url(data) if url else base64.b64encode(data).decode()
    if back != text or size not in (None, len(data)):
        raise Refused("checkpoint_altered")
    return data


# ---- Records

def key_of(name):
    return re.sub("[^A-Za-z0-9_]", "_", name) or "_"


NAME_OF = {key_of(name): name for name in NAMES}


def has_key_of_another(name):
    return NAME_OF.get(key_of(name), name) != name


def body_fields(value, path=()):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from body_fields(inner, (*path, name))
    elif text_of(value) is not None:
        key = key_of(".".join(path))
        yield ("body_" if key.startswith(PREFIXES) else "") + key, text_of(value)


def entries_of(text):
    """`audit.integrity.fields`: key to (commitment, salt); None where it is of another form."""
    entries = {}
    for entry in text.split(","):
        match = ENTRY.fullmatch(entry)
        if not match or match[1] in entries:
            return None
        entries[match[1]] = match[2], match[3]
    return entries


class Record:
    """`source` is the form of its file: segment, lines, view or otlp; `service` and `resource` what it says of its process."""

    def __init__(self, attributes, body, trace="", span="", doubtful=False, source="segment", service=None, resource=None):
        get = lambda name: text_of(attributes.get(name)) or ""
        match = RECORD_ID.fullmatch(get("audit.record.id"))
        if not match or int(match[2]) > MAX:
            raise Refused()                                                       # rule 1
        self.id, self.stream, self.sequence = match[0], match[1], int(match[2])
        self.attributes, self.body, self.source = attributes, body, source
        self.service, self.resource, self.unknown = service, resource, []
        self.kind, self.time, self.action = get("audit.record.kind"), get("audit.time"), get("audit.action")
        if source == "view" and self.kind == "intent" and attributes.get("exception.message") == NEVER_ENDED:
            del attributes["exception.message"]                                   # rule 2
        sealed_attributes = [(name, value) for name, value in attributes.items() if name not in NO_FIELDS
                             and key_of(name).startswith(PREFIXES) and text_of(value) is not None]
        fields = [(key_of(name), text_of(value)) for name, value in sealed_attributes]
        fields += body_fields(body)
        sealed = get("audit.integrity.fields")
        entries = entries_of(sealed) if sealed else {}
        self.contradicts = bool(                                                  # rule 3
            doubtful or entries is None or not self.kind or not self.time or not self.action
            or get("audit.sequence.number") != match[2] or len({key for key, _ in fields}) < len(fields)
            or any(has_key_of_another(name) and text_of(value) is not None for name, value in attributes.items())
            or (self.kind != "checkpoint" and any(get(name) for name in OF_CHECKPOINT)))
        committed = {key: entry for key, entry in (entries or {}).items() if entry[0]}
        self.point = None                                                         # its checkpoint, where that keeps rules 6 to 10
        self.findings = []                                                        # rule 5
        for key, (commitment, salt) in committed.items():
            self.ask(key, next((text for other, text in fields if other == key), None), commitment, salt)
        ids = [value if value.strip("0") else "" for value in (trace, span)]
        self.adds = bool(body or any(ids)) or self.action != "checkpoint" or any(     # rule 10
            OF_CHECKPOINTS.get(name, "") not in (None, text_of(value)) and name not in OF_CHECKPOINT
            for name, value in sealed_attributes)
        flat = lambda pairs: [text for pair in sorted(pairs, key=lambda pair: pair[0]) for text in pair]
        self.leaf = sha256(b"\0" + utf8(canonical([                               # rule 4
            "audit-leaf/1", self.stream, match[2], self.time, self.action, *ids,
            flat((key, text) for key, text in fields if key not in committed),
            flat((key, commitment) for key, (commitment, _) in committed.items())])))
        self.altered = any(code == "field_altered" for code, _ in self.findings)
        self.unopened = {key for code, key in self.findings if code != "salt_left"}

    def ask(self, key, value, commitment, salt):
        if value is None:
            code = "salt_left" if salt else None
        elif salt and base64url(sha256(b"\2" + utf8(salt + key + "\0" + value))) == commitment:
            code = None
        elif MASKED.fullmatch(value):
            code = "salt_left" if salt else None
        elif "****" in value or HASH_LIKE.fullmatch(value):
            code = "field_unexplained"
        else:
            code = "field_altered" if salt else "field_unopenable"
        if code:
            self.findings.append((code, key))


def is_flat(line):
    """Whether it is a record: the keys of the table in "Journal lines" have their types."""
    def attribute_map(value):
        return isinstance(value, dict) and all(
            isinstance(item, (str, Number, bool)) or (isinstance(item, list) and all(isinstance(text, str) for text in item))
            for item in value.values())
    return (isinstance(line, dict) and all(isinstance(line.get(name), str) for name in TEXTS)
            and all(isinstance(line.get(name, ""), str) for name in OPTIONAL_TEXTS)
            and line.get("status") in ("success", "failed")
            and isinstance(line.get("sequence"), Number) and line["sequence"].value.is_integer()
            and abs(line["sequence"].value) <= MAX
            and "error" in line and isinstance(line["error"], (str, type(None)))
            and isinstance(line.get("duration_ms", Number("0")), Number)
            and isinstance(line.get("details"), dict) and attribute_map(line.get("attributes"))
            and attribute_map(line.get("resource", Map())))


def from_line(line, source):
    """A record from a journal line, or from a row of a view."""
    if not is_flat(line):
        raise Refused()
    doubtful = contradicts(line) or any(name in line["attributes"] for name in COLUMNS.values()) or misnamed(line, KEYS)
    attributes = {name: line[column] for column, name in COLUMNS.items() if line.get(column) is not None}
    attributes |= line["attributes"]
    outcome = text_of(attributes.get("audit.outcome"))
    stated = "success" if outcome in (None, "success") else "failed"
    record_id = text_of(attributes.get("audit.record.id")) or ""
    doubtful |= line["status"] != stated
    doubtful |= f"{line['stream']}.{line['sequence'].text()}" != record_id
    ids = [text_of(line.get(name)) or "" for name in ("trace_id", "span_id")]
    record = Record(attributes, line.get("details"), *ids, doubtful=doubtful, source=source, service=line.get("service"),
                    resource=line.get("resource"))
    known = set(map(letters, KEYS))
    record.unknown = [name for name in line if letters(name) not in known]
    return record


def pairs_of(value):
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def any_value(value):
    """An OTLP AnyValue, and whether it contradicts itself. What is not of its form is absent."""
    forms = [form for form in value if form in FORMS] if isinstance(value, dict) else []
    out, doubtful = None, len(forms) > 1 or misnamed(value, FORMS)
    for form in forms:
        inner, out = value[form], None
        if form == "arrayValue" and isinstance(inner, dict):
            doubtful |= misnamed(inner, ["values"])
            inner = inner.get("values")
            parts = [any_value(part) for part in inner] if isinstance(inner, list) else []
            out = [part for part, _ in parts]
            doubtful |= any(double for _, double in parts)
        elif form == "kvlistValue" and isinstance(inner, dict):
            out, double = key_values(inner.get("values"))
            doubtful |= double or misnamed(inner, ["values"])
        elif isinstance(inner, str) and form in ("intValue", "doubleValue"):
            number = Number(inner) if re.fullmatch(NUMBER, inner) else None
            keep = number is None or number.changed or (form == "intValue" and number.text() != inner)
            out = inner if keep else number                                       # as in "Integers beyond 2^53 are texts"
        elif isinstance(inner, (str, bool, Number)) and form not in ("arrayValue", "kvlistValue"):
            out = inner
    return out, doubtful


def key_values(pairs):
    out, doubtful = [], False
    for pair in pairs_of(pairs):
        value, double = any_value(pair.get("value"))
        out.append((pair["key"] if isinstance(pair.get("key"), str) else "", value))
        doubtful |= double or misnamed(pair, ["key", "value"])
    out = Map(out)
    return out, doubtful or bool(out.double)


def from_otlp(log, service):
    attributes, doubt = key_values(log.get("attributes"))
    body, body_doubt = any_value(log.get("body"))
    for value in [body, *attributes.values()]:
        limited(value)                                                            # rule 1
    body = body if isinstance(body, dict) else {"body": body}                     # ours are maps
    action, time = text_of(attributes.get("audit.action")), text_of(attributes.get("audit.time")) or ""
    name, nanos = log.get("eventName"), log.get("timeUnixNano")
    doubt |= isinstance(name, str) and name not in ("", f"audit.{action}")
    doubt |= misnamed(log, LOG_RECORD)
    if nanos is not None and not (isinstance(nanos, str) and re.fullmatch("[1-9][0-9]{6,18}", nanos)):
        doubt = True
    elif nanos is not None:
        try:
            moment = datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ") - datetime.datetime(1970, 1, 1)
            millis = moment // datetime.timedelta(milliseconds=1)
            doubt |= nanos[:-6] != str(millis)
        except ValueError:
            doubt = True
    ids = [log[key] if isinstance(log.get(key), str) else "" for key in ("traceId", "spanId")]
    return Record(dict(attributes), body, *ids, doubtful=doubt or body_doubt or contradicts(log), source="otlp", service=service)


# ---- Files

def salvage(text):
    """The value of a line, and where it begins: not at 0 where the rest of a line that was cut stands before it."""
    for start in [0, *(match.start() for match in re.finditer(r'\{"timestamp":', text) if match.start())]:
        try:
            return parse_json(text[start:]), start
        except Refused:
            continue
    raise Refused()


def read_lines(data, source):
    """Records of JSON lines: a journal, or checkpoints. Yields records, and Refused for what is none."""
    *lines, last = data.split(b"\n")
    for raw in lines + ([last] if is_whole_line(last, source) else []):
        if not raw.strip():
            continue
        try:
            line, start = salvage(raw.decode())
            record = from_line(limited(line), source)
            if start:
                yield Refused()                                                   # the rest of a line that was cut
            yield record
        except Refused as refused:
            yield refused
        except UnicodeDecodeError:
            yield Refused()


def is_whole_line(raw, source):
    """Whether a last line that has no LF counts."""
    try:
        line, start = salvage(raw.decode())
        return not start or bool(from_line(limited(line), source))
    except (Refused, UnicodeDecodeError):
        return False


OTLP_START = re.compile(r'\{"resourceLogs":|(?<=\n)\{')


def read_otlp(text):
    """Records of OTLP: objects, one behind the other, with white space between."""
    position = len(text) - len(text.lstrip(" \t\r\n"))
    while position < len(text):
        try:
            line, end = DECODER.raw_decode(text, position)
            if "\n{" in whole(text[position:end]):
                raise Refused()
            requests = lists_of(line, "resourceLogs")
            yield from [Refused()] if requests is None else read_request(line, requests)
        except (ValueError, RecursionError, Refused):
            following = OTLP_START.search(text, position + 1)
            if following:
                end = following.start()
                yield Refused()
            else:                                                                 # the last one, which was cut
                end = len(text)
                if "\n" in text[position:] or text[:position].rpartition("\n")[2].strip():
                    yield Refused()
        position = end + len(text[end:]) - len(text[end:].lstrip(" \t\r\n"))


def lists_of(value, name):
    """What stands in its lists of this name, in whatever writing; None where there is none."""
    lists = [inner for key, inner in value.items() if letters(key) == letters(name) and isinstance(inner, list)] \
        if isinstance(value, dict) else []
    return [item for items in lists for item in items] if lists else None


def read_request(line, requests):
    for resource in pairs_of(requests):
        inner = resource.get("resource")
        said, twice = key_values(inner.get("attributes") if isinstance(inner, dict) else None)
        service = said.get("service.name")
        twice |= contradicts(inner) or misnamed(line, REQUEST) or misnamed(resource, RESOURCE_LOGS) or misnamed(inner, RESOURCE)
        for scope in pairs_of(lists_of(resource, "scopeLogs")):
            for log in lists_of(scope, "logRecords") or []:
                try:
                    if not isinstance(log, dict):
                        raise Refused()
                    record = from_otlp(log, service if isinstance(service, str) else None)
                    names = line.double | resource.double | scope.double              # those that lead to the record
                    record.contradicts |= bool(names & {"resourceLogs", "resource", "scopeLogs", "logRecords"})
                    record.contradicts |= twice or misnamed(scope, SCOPE_LOGS)
                    yield record
                except Refused as refused:
                    yield refused


def whole(text):
    """A text that was UTF-8; what was none stands in it as lone surrogates."""
    if re.search("[\udc80-\udcff]", text):
        raise Refused()
    return text


BETWEEN = re.compile(r"[ \t\r\n,\[\]]*")
RECORD_START = re.compile(r'\{"timestamp":')


def item_at(text, begin, end=None):
    """The item that begins there and where it ends; none goes past a line that begins with a brace, or past `end`."""
    try:
        item, behind = DECODER.raw_decode(text, begin)
        if "\n{" in whole(text[begin:behind]) or behind > (end or behind):
            raise Refused()
        return limited(item), behind
    except (ValueError, RecursionError) as error:
        raise Refused() from error


def items_of(text):
    """Items of JSON arrays; Refused for what is none."""
    position = lists = 0
    while True:
        between = BETWEEN.match(text, position)[0]
        lists += between.count("[") - between.count("]")
        begin = position + len(between)
        if begin == len(text):
            break
        if text[begin] != "{":
            yield Refused()
            position = re.compile(r"[\n{]|\Z").search(text, begin).start()
            continue
        try:
            item, position = item_at(text, begin)
            yield item
        except Refused as refused:
            yield refused
            position = re.compile(r"\n|\Z").search(text, begin).start()
            yield from items_behind(text, begin + 1, position)
    if lists > 0:
        yield Refused()


def items_behind(text, begin, end):
    """Items that stand whole in a line behind the rest of one that was cut."""
    while found := RECORD_START.search(text, begin, end):
        try:
            item, begin = item_at(text, found.start(), end)
            yield item
        except Refused:
            begin = found.start() + 1


def read_json_view(text):
    for item in items_of(text):
        try:
            if isinstance(item, Refused):
                raise item
            yield from_line(item, "view")
        except Refused as refused:
            yield refused


CELL = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\n]*?))(,|\r?\n)')
ROW_START = re.compile(r'\n(?="?[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})')


def rows_of(text):
    """Rows of CSV: their texts and cells. None where the quotes are broken: up to the next line that begins with a time."""
    position, begin, row = 0, 0, []
    while position < len(text):
        match = CELL.match(text, position)
        if match:
            row.append(match[1].replace('""', '"') if match[1] is not None else match[2])
            position = match.end()
            if match[3] != ",":
                yield text[begin:position], row
                begin, row = position, []
            continue
        following = ROW_START.search(text, position)
        position = following.end() if following else len(text)
        yield text[begin:position], None
        begin, row = position, []


def pieces_of(text):
    """Rows of the pieces of one that is no record; none where it is in one piece."""
    cuts = [0, *(match.end() for match in ROW_START.finditer(text)), len(text)]
    pieces = [text[first:last] for first, last in zip(cuts, cuts[1:]) if first < last]
    return [cells for piece in pieces for _, cells in rows_of(piece)] if len(pieces) > 1 else []


def is_whole_row(cells):
    """Whether a last row that has no LF counts."""
    try:
        return len(cells or []) >= len(HEADER) and isinstance(parse_json(cells[len(HEADER) - 1]), dict)
    except Refused:
        return False


def all_rows(text):
    """All rows, and whether the last one has its LF: one inside of quotes is none."""
    has_end = text.endswith("\n")
    rows = list(rows_of(text if has_end else text + "\n"))
    return rows, has_end and not (rows[-1][1] is None and rows[-1][0].count('"') % 2)


def read_csv(text):
    rows, has_end = all_rows(text)
    for at, (row, cells) in enumerate(rows):
        if cells in ([""], HEADER):
            continue
        pieces = pieces_of(row)
        if at == len(rows) - 1 and not has_end and not any(map(is_whole_row, [cells, *pieces])):
            return
        try:
            yield from_row(cells)
        except Refused as refused:
            if not pieces:
                yield refused
            for piece in pieces:
                try:
                    yield from_row(piece)
                except Refused as refused:
                    yield refused


def from_row(row):
    if row is None or len(row) != len(HEADER):
        raise Refused()
    whole("".join(row))
    line = Map(zip(HEADER, (re.sub(r"^'(?=[=+\-@\t\r'])", "", cell) for cell in row)))
    line = Map((column, cell) for column, cell in line.items() if cell or column in ("error", "details", "attributes"))
    line["error"] = line["error"] or None
    for column in ("details", "attributes"):
        line[column] = limited(parse_json(line[column])) if line[column] else Map()
    for column in ("sequence", "duration_ms"):
        if re.fullmatch(NUMBER, line.get(column, "")):
            line[column] = Number(line[column])
    return from_line(line, "view")


def read_five(text):
    """What is wrong in a view of five keys."""
    yield Refused("view_passed_over")
    if text[0] != "[":
        rows, has_end = all_rows(text)
        if not has_end and len(rows[-1][1] or []) < len(FIVE):
            rows.pop()
        yield from (Refused() for _, cells in rows if cells != [""] and len(cells or []) != len(FIVE))
        return
    yield from (Refused() for item in items_of(text) if not isinstance(item, dict) or set(item) - set(FIVE))


def segments_of(folder):
    """The segments of a stream; the folder itself where it is none."""
    if not os.path.isdir(folder):
        return [folder]
    names = [name for name in os.listdir(folder) if re.fullmatch(r"[1-9][0-9]*\.jsonl", name)]
    return [os.path.join(folder, name) for name in sorted(names, key=lambda name: int(name[:-6]))]


def files_of(path):
    """The files that a path means, in the order of "Files"."""
    if not os.path.isdir(path):
        return [path]
    place = os.path.abspath(path)
    above, name = os.path.split(place)
    if os.path.basename(above) == "journal" and STREAM.fullmatch(name):
        return segments_of(path)
    journal = path if name == "journal" else os.path.join(path, "journal")
    streams = sorted(name for name in os.listdir(journal) if STREAM.fullmatch(name)) if os.path.isdir(journal) else []
    found = [file for stream in streams for file in segments_of(os.path.join(journal, stream))]
    if name == "journal":
        return found

    def order(name):
        part = VIEW_PART.fullmatch(name)
        return -int(part[1] or MAX) if part else 1, name
    return found + [os.path.join(path, name) for name in sorted(os.listdir(path), key=order)
                    if RECORD_FILE.fullmatch(name) and not os.path.isdir(os.path.join(path, name))]


def is_segment(file):
    return bool(SEGMENT_FILE.fullmatch(os.path.abspath(file)))


# Keys by which lines of JSON are told.
FIRST_KEY = re.compile(r'\{\s*"(timestamp|resource_?logs)"\s*:', re.I)
BEGINNINGS = (",".join(HEADER), ",".join(f'"{name}"' for name in HEADER), '{"timestamp":', '{"resourceLogs":')


def form_of(start):
    """csv, five, array, lines or otlp; None where nothing tells it. `start`: its text, from the first that is no white space."""
    if start[0] == "[":
        head = start.encode(errors="surrogateescape")[:1 << 18]
        return "five" if b'"action_type"' in head and b'"record_id"' not in head else "array"
    first = FIRST_KEY.search(start)
    for line in start[:first.start() if first else len(start)].split("\n"):
        cells = line.rstrip().replace('"', "").split(",")
        if cells in (FIVE, HEADER):
            return "five" if cells == FIVE else "csv"
        if ROW_START.match("\n" + line):
            return "csv"
        try:
            value = parse_json(line)
            if isinstance(value, dict):
                return "lines" if lists_of(value, "resourceLogs") is None else "otlp"
        except Refused:
            pass
    if first:
        return "lines" if first[1] == "timestamp" else "otlp"
    return None


def read_file(file):
    """Its records; Refused for what is none, with the code of the finding."""
    try:
        if not os.path.isfile(file):
            raise Refused()
        with open(file, "rb") as opened:
            data = opened.read().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise Refused() from error
    text = data.decode(errors="surrogateescape")
    start = text.lstrip()
    if not start or any(whole != start and whole.startswith(start) for whole in BEGINNINGS):
        return
    form = form_of(start)
    if form is None:
        raise Refused()
    if form == "lines":
        yield from read_lines(data, "segment" if is_segment(file) else "lines")
    else:
        yield from {"five": read_five, "array": read_json_view, "csv": read_csv, "otlp": read_otlp}[form](start)


def read_paths(paths):
    """Records of all files, each read once: checkpoints first, segments behind what was made of them."""
    files = {os.path.abspath(file): file for path in paths for file in files_of(path)}
    for file in sorted(files.values(), key=lambda file: (is_segment(file), os.path.basename(file) != "audit_checkpoints.jsonl")):
        try:
            for found in read_file(file):
                found.file = file
                yield found
        except Refused as refused:
            yield refused


def is_one_journal(paths):
    """Whether nothing is read but the journals of one directory."""
    files = [os.path.abspath(file) for path in paths for file in files_of(path)]
    return all(map(is_segment, files)) and len({os.path.dirname(os.path.dirname(file)) for file in files}) == 1


# ---- Keys and notes

class Key:
    def __init__(self, line):
        name, _, rest = line.partition("+")
        identity, _, coded = rest.partition("+")
        data = read_base64(coded, 33)
        if not name or re.search(r"\s", name) or data[0] != 1:
            raise Refused("checkpoint_altered")
        self.line, self.name, self.id = line, name, sha256(name.encode() + b"\n" + data)[:4]
        if identity != self.id.hex():
            raise Refused("checkpoint_altered")
        self.public = Ed25519PublicKey.from_public_bytes(data[1:])

    def signed(self, signature, message):
        try:
            self.public.verify(signature, message)
            return True
        except InvalidSignature:
            return False


def read_words(text):
    """JSON in a line of a note."""
    try:
        return parse_json(text)
    except Refused as refused:
        raise Refused("checkpoint_altered") from refused


def number_of(text, least=0):
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", text) or not least <= int(text) <= MAX:
        raise Refused("checkpoint_altered")
    return int(text)


def fold(forest):
    """The root of complete subtrees, the largest first."""
    root = forest[-1][1]
    for _, left in reversed(forest[:-1]):
        root = sha256(b"\1" + left + root)
    return root


def rotation(earlier, later, signature):
    """The lines of an earlier key and of a later one for which it vouches; None where it says nothing."""
    try:
        text = f"otel-audit key rotation\n{earlier}\n{later}\n"
        is_signed = Key(earlier).signed(read_base64(signature, 64), text.encode())
        return (earlier, Key(later).line) if is_signed else None
    except Refused:
        return None


def leading_to(line, rotations):
    """Those that name a key as the later one, and those from which others lead to it (rule 17)."""
    reach = {line}
    while more := {earlier for earlier, later in rotations if later in reach} - reach:
        reach |= more
    return [(earlier, later) for earlier, later in rotations if later in reach]


class Checkpoint:
    """One that keeps rules 6 to 10."""

    def __init__(self, record):
        def check(holds, code="checkpoint_altered"):
            if not holds:
                raise Refused(code)
        note = record.attributes.get("audit.checkpoint.note")
        check(isinstance(note, str) and note.endswith("\n") and "\n\n" in note)
        check(not re.search("[\0-\x09\x0b-\x1f\ud800-\udfff]", note) and len(note.encode("utf-16-le")) <= 2_000_000)
        end = note.rindex("\n\n") + 1                                             # rule 6
        text, lines = note[:end], note[end + 1:].split("\n")[:-1]
        check(1 <= len(lines) <= 16)
        signatures = [SIGNATURE_LINE.fullmatch(line) for line in lines]
        check(all(signatures))
        signatures = [(match[1], read_base64(match[2])) for match in signatures]
        rows = text[:-1].split("\n")
        version = next((row[7:] for row in rows[3:] if row.startswith("format ")), None)
        check(version in (None, "audit-checkpoint/1"), "format_unsupported")
        check(len(rows) > 3 and rows[0].startswith("otel-audit/") and STREAM.fullmatch(rows[0][11:]))
        words, rotations = {}, []
        for row in rows[3:]:
            word, _, value = row.partition(" ")
            check(re.fullmatch("[a-z-]+", word) and value and (word in ("calls", "rotation") or word not in words))
            words[word] = value
            if word == "rotation":
                rotations.append(value)
            if word == "calls":
                counts = re.fullmatch(r'([0-9]+) ([0-9]+) (".*")', value)
                check(counts)
                number_of(counts[1]), number_of(counts[2])
                check(isinstance(read_words(counts[3]), str))
        check({"format", "number", "state", "time", "results", "leaf", "key"} <= words.keys())
        self.record, self.note, self.stream = record, note, rows[0][11:]
        self.size, self.root = number_of(rows[1], 1), read_base64(rows[2], 32)
        self.number, self.results = number_of(words["number"], 1), number_of(words["results"])
        self.state, self.previous = words["state"], words.get("previous")
        check(self.state in ("open", "run", "idle", "close", "adopted"))
        check(self.previous is None or read_base64(self.previous, 32))
        self.custody = words.get("custody")
        self.resource = read_words(words.get("resource", "null")) if self.custody else None
        check(self.custody in (None, "file", "memory", "function"))
        check(not self.custody or isinstance(self.resource, dict))
        self.key = Key(words["key"])                                              # rule 7
        signature = next((data for name, data in signatures if name == self.key.name and data[:4] == self.key.id), b"")
        check(self.key.signed(signature[4:], text.encode()))
        check(words["leaf"] == "audit-leaf/1", "format_unsupported")              # rule 8
        self.leaves = self.hashes("leaves")                                       # rule 9
        subtrees = self.hashes("subtrees")
        self.first = self.size - len(self.leaves)                                 # `from`
        self.begin = number_of(words.get("begin", "0"))
        check(len(self.leaves) <= 4096 and 0 <= self.first <= self.begin < self.size)
        check(len(subtrees) == self.first.bit_count())
        sizes = [1 << bit for bit in reversed(range(self.first.bit_length())) if self.first >> bit & 1]
        forest = list(zip(sizes, subtrees))
        self.first_root = self.begin_root = fold(forest) if forest else None
        for sequence, leaf in self.covers():
            forest.append((1, leaf))
            while len(forest) > 1 and forest[-1][0] == forest[-2][0]:
                (size, right), (_, left) = forest.pop(), forest.pop()
                forest.append((2 * size, sha256(b"\1" + left + right)))
            if sequence == self.begin:
                self.begin_root = fold(forest)
        check(fold(forest) == self.root)
        check(words["time"] == record.time)                                       # rule 10
        if self.state == "adopted":
            check(words.get("adopter") == record.stream and self.stream != record.stream)
        else:
            check(self.stream == record.stream and self.size < record.sequence)
        said = [value.split(" ") for value in rotations if self.custody and value.count(" ") == 2]
        self.rotations = leading_to(self.key.line, [pair for values in said[:1000] if (pair := rotation(*values))])

    def hashes(self, name):
        values = self.record.attributes.get("audit.checkpoint." + name)
        if isinstance(values, str) and values:
            try:
                values = parse_json(values)
            except Refused as refused:
                raise Refused("checkpoint_altered") from refused
        values = [] if values in (None, "") else values
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise Refused("checkpoint_altered")
        return [read_base64(value, 32, url=True) for value in values]

    def covers(self):
        return enumerate(self.leaves, self.first + 1)

    def counts(self):
        """The first and the last record that it counts."""
        return self.begin + 1, self.size

    def trees(self):
        """Sizes and roots that it says (rule 11)."""
        said = (self.first, self.first_root), (self.begin, self.begin_root), (self.size, self.root)
        return [(size, root) for size, root in said if size]


# ---- Streams

class Stream:
    def __init__(self, name, report):
        self.name, self.report = name, report
        self.copies = {}                                                          # sequence to records
        self.in_order = []                                                        # the same, as they were read
        self.proven = set()
        self.own, self.adopted, self.kept = {}, [], []
        self.roots, self.leaves = {}, {}
        self.size = 0                                                             # the largest that is signed
        self.sound = []                                                           # all that keep rules 6 to 10
        self.doubled = []                                                         # ids of records with copies that are alike

    def excludes(self, point):
        """Whether what is known already and this checkpoint exclude each other."""
        if any(self.roots.get(size, root) != root for size, root in point.trees()):
            return True                                                           # rule 11
        if any(self.leaves.get(sequence, (leaf,))[0] != leaf for sequence, leaf in point.covers()):
            return True
        if point.state == "adopted":
            return False
        if any(other.key.line != point.key.line for other in self.own.values()):  # rule 12
            return True
        if point.number in self.own:
            return self.own[point.number].note != point.note
        first = point.number == 1
        if first != (point.state == "open") or first != (point.previous is None) or (first and point.begin):
            return True
        if any(other.number < point.number if other.state == "close" else
               other.number > point.number and point.state == "close" for other in self.own.values()):
            return True
        pairs = [(self.own.get(point.number - 1), point), (point, self.own.get(point.number + 1))]
        return any(a and b and (b.previous != base64.b64encode(sha256(a.note.encode())).decode()
                                or b.begin != a.size or b.begin_root != a.root) for a, b in pairs)

    def keep(self, points):
        """Rules 11 and 12: the own ones by number, then those of state `adopted`."""
        order = lambda point: (point.state == "adopted", point.number, point.size, point.record.stream, point.record.sequence)
        for point in sorted(points, key=order):
            if self.excludes(point):
                self.report("histories_differ")
                continue
            self.kept.append(point)
            if point.state != "adopted":
                self.own[point.number] = point
            self.roots.update(point.trees())
            for sequence, leaf in point.covers():
                own = point.state != "adopted" or self.leaves.get(sequence, (None, False))[1]
                self.leaves[sequence] = leaf, own
            self.size = max(self.size, point.size)

    def last(self):
        return self.own[max(self.own)] if self.own else None

    def prove(self, counts, notes, is_one_journal):
        """Rules 13 to 15. `notes`: the checkpoints that are left. Says which records are proven by their own process."""
        proven, adopted, unproven, unsigned = [], [], [], []
        last = self.last()
        for sequence, copies in sorted(self.copies.items()):
            for copy in copies:
                if copy.contradicts:
                    self.report("text_contradicts", copy.id)
                for code, key in copy.findings:
                    self.report(code, *(() if code == "salt_left" else (copy.id, key)))
            name = copies[0].id
            if is_one_journal and len({copy.leaf for copy in copies}) < len(copies):
                self.doubled.append(name)
            note = copies[0].point if copies[0].point in notes and not copies[0].adds else None
            proves = note is not None and (note.stream != self.name or (last is not None and note.note == last.note))
            inserted = bool(last) and last.state == "close" and sequence > last.size \
                and not (sequence == last.size + 1 and all(copy.kind == "checkpoint" for copy in copies))
            if inserted:
                self.report("record_inserted", name)
            if sequence in self.leaves:
                leaf, own = self.leaves[sequence]
                right = [copy for copy in copies if copy.leaf == leaf]
                if len(right) < len(copies):
                    self.report("record_altered", name)
                right = [copy for copy in right if not copy.contradicts and not copy.altered]
                proven += right if own else []
                if right and not (inserted and not own):
                    self.proven.add(sequence)
                    counts["proven" if own else "adopted"] += 1
                    adopted += [] if own else [name]
                continue
            if len({copy.leaf for copy in copies}) > 1:
                self.report("copies_differ", name)
            if any(copy.point and copy.adds for copy in copies):                  # rule 10: no other covers it
                self.report("checkpoint_altered", name)
            if inserted:
                continue
            if sequence <= self.size:
                unproven.append(name)
            elif proves:
                counts["proven"] += 1
            elif note or copies[0].kind != "checkpoint":
                unsigned.append(name)
        counts["unsigned"] += len(unsigned)
        if len(adopted) > (512 if self.own else 8):                               # rule 13
            self.report("record_unproven", adopted[0])
        if unproven:
            self.report("record_unproven", unproven[0])
        if unsigned:
            is_short = len(unsigned) <= 512 and (self.size > 0 or int(unsigned[-1].rpartition(".")[2]) <= 8)
            self.report("records_unsigned" if is_short else "record_unproven", unsigned[0])
        if not last or last.state != "close":
            self.report("stream_unclosed")
        return proven

    def shown_whole(self):
        """The files in which more of it stands than results: those that are no view of it."""
        copies = [copy for copies in self.copies.values() for copy in copies]
        return {copy.file for copy in copies
                if copy.source in ("segment", "otlp") or is_segment(copy.file) or (copy.source == "lines" and copy.kind != "checkpoint")}

    def is_whole(self, files):
        """Whether not only views of it were read. `files`: those that are no views, by stream; of who adopted it too."""
        return bool(files[self.name]) or any(point.record.file in files[point.record.stream] for point in self.sound)

    def missing(self, counts, purged, is_whole):
        """Rule 16, with ranges, so that one high number costs nothing."""
        gone = joined(purged)
        if not is_whole:
            self.report("only_results")
            self.missing_results(counts, gone)
            return
        end = max(self.size, *self.copies, 0)
        absent = without([(1, end)], joined((sequence, sequence) for sequence in self.copies))
        lost = without(absent, gone)
        if lost:
            counts["missing"] += length(lost)
            self.report("records_missing", f"{self.name}.{lost[0][0]}")
        if length(lost) < length(absent):
            self.report("records_purged")

    def missing_results(self, counts, gone):
        """Of views: what each checkpoint that is asked counts, and what none counts."""
        own = list(self.own.values())
        adopted = sorted((point for point in self.kept if point.state == "adopted"),
                         key=lambda point: (-point.size, point.begin, -point.results))
        asked = []
        for point in own + adopted:
            first, last = point.counts()
            if within(gone, first, last):
                continue
            if point.state == "adopted" and not without([(first, last)], joined(other.counts() for other in asked)):
                continue
            asked.append(point)
            there = sum(self.shows_result(sequence) for sequence in range(first, last + 1))
            if point.results > there:
                counts["missing"] += point.results - there
                self.report("records_missing")
        end = self.last().size if own else 0
        lost = without(joined([(1, end)]), joined(point.counts() for point in own))
        lost += without(joined([(end + 1, self.size)]), joined(point.counts() for point in adopted))
        lost = without(lost, gone)
        counts["missing"] += len(lost)
        if lost:
            self.report("records_missing")

    def shows_result(self, sequence):
        copies = self.copies.get(sequence, ())
        return any(copy.leaf != self.leaves[sequence][0] or copy.contradicts or copy.altered for copy in copies) or \
            any(copy.kind == "result" for copy in copies)

    def compare_sources(self):
        """Rule 3: what records say of their process, held against what the first checkpoint says."""
        openings = [point for point in self.sound if point.custody and point.state != "adopted"]
        signed = min(openings, key=lambda point: point.number).resource if openings else {}
        name, found = signed.get("service.name"), {}
        for copy in self.in_order:
            if isinstance(copy.service, str) and isinstance(name, str) and copy.service != name:
                found.setdefault(("service", copy.service), copy)
            elif signed and (other := next((key for key, value in (copy.resource or {}).items()
                                            if key not in signed or canonical(signed[key]) != canonical(value)), None)) is not None:
                found.setdefault(("resource", other), copy)
        for copy in found.values():
            self.report("text_contradicts", copy.id)

    def ask_unknown(self):
        """Rule 3: keys that no table has, each with the first record that has it."""
        first = {}
        for copy in self.in_order:
            for name in copy.unknown:
                first.setdefault(name, copy)
        for copy in first.values():
            self.report("format_unsupported", copy.id)


# ---- Ranges, both ends included

def joined(ranges):
    out = []
    for first, last in sorted(ranges):
        if first > last:
            continue
        if out and first <= out[-1][1] + 1:
            out[-1] = out[-1][0], max(out[-1][1], last)
        else:
            out.append((first, last))
    return out


def without(ranges, others):
    """Both ascending, neither with an overlap."""
    out, others, at = [], list(others), 0
    for first, last in ranges:
        while at < len(others) and others[at][1] < first:
            at += 1
        place = at
        while first <= last and place < len(others) and others[place][0] <= last:
            if others[place][0] > first:
                out.append((first, others[place][0] - 1))
            first = others[place][1] + 1
            place += 1
        if first <= last:
            out.append((first, last))
    return out


def within(ranges, first, last):
    return [(max(first, low), min(last, high)) for low, high in ranges if low <= last and high >= first]


def length(ranges):
    return sum(last - first + 1 for first, last in ranges)


def purges_of(records):
    """Ranges that records of retention name which their own process proves, by stream."""
    out = {}
    for record in records:
        scope = record.body.get("scope") if isinstance(record.body, dict) else None
        if record.action == "retention_purge" and isinstance(scope, dict) and "scope_segments" not in record.unopened:
            segments = scope.get("segments")
            for text in segments if isinstance(segments, list) else []:
                match = SEGMENTS.fullmatch(text) if isinstance(text, str) else None
                if match and 1 <= int(match[2]) <= int(match[3]) <= MAX:
                    out.setdefault(match[1], []).append((int(match[2]), int(match[3])))
    return out


def cuts_of(records):
    """Streams of which records say that a segment was cut; and those of records that hide whether they say it."""
    out, hidden = set(), set()
    for record in records:
        if record.action != "audit_file_change":
            continue
        body = record.body if isinstance(record.body, dict) else {}
        change, file = body.get("change"), body.get("file")
        if {"file", "change"} & set(record.unopened) or \
                not all(isinstance(text, str) and "****" not in text for text in (change, file)):
            hidden.add(record.stream)
        elif change == "truncated":
            match = re.match(r"journal/([A-Za-z][A-Za-z0-9_-]{15})/", file)
            out |= {match[1]} if match else set()
    return out, hidden


def groups_of(signing, rotations):
    """How many groups the keys that sign fall into."""
    above = {}

    def top(line):
        while line in above:
            line = above[line]
        return line
    for earlier, later in rotations:
        if top(earlier) != top(later):
            above[top(earlier)] = top(later)
    return len(set(map(top, signing)))


def ask_keys(points, trusted, report):
    """Rule 17."""
    signing = {point.key.line for point in points}
    rotations = {pair for point in points for pair in point.rotations}
    reach = set(trusted)
    while more := {later for earlier, later in rotations if earlier in reach} - reach:
        reach |= more
    if trusted and signing - reach:
        report("foreign_key")
    if not trusted and groups_of(signing, rotations) > 1:
        report("keys_unlinked")
    if any(point.custody == "memory" for point in points):
        report("key_in_memory")


def ask_notes(points, report):
    """Rule 10: a note stands in one record. Gives the checkpoints that are left."""
    records, left = {}, []
    for point in sorted(points, key=lambda point: point.record.sequence):
        first = records.setdefault(point.note, point.record.id)
        if first != point.record.id:
            report("checkpoint_altered", point.record.id)
        else:
            left.append(point)
    return left


def ask_anchor(one, name, size, root, purged, report):
    """Rule 18. `one`: the stream, if anything of it was read."""
    is_gone = not without([(1, size)], joined(purged.get(name, [])))
    if not one:
        report("records_purged" if is_gone else "stream_missing")
    elif size in one.roots and one.roots[size] != root:
        report("anchor_differs")
    elif one.size < size and not is_gone:
        report("records_missing")
    elif size not in one.roots and not is_gone:
        report("record_unproven")


def verify(paths, trusted=(), anchors=(), strict=False):
    findings, counts = {}, {"proven": 0, "adopted": 0, "unsigned": 0, "missing": 0}

    def report(code, record=None, field=None):
        findings[code, record, field] = None
    streams, points, read = {}, [], 0
    stream = lambda name: streams.setdefault(name, Stream(name, report))
    for record in read_paths(paths):
        if isinstance(record, Refused):
            report(record.code)
            continue
        read += 1
        stream(record.stream).copies.setdefault(record.sequence, []).append(record)
        stream(record.stream).in_order.append(record)
        if record.kind == "checkpoint":
            try:
                record.point = Checkpoint(record)
                points.append(record.point)
            except Refused as refused:
                report(refused.code, record.id)
    points = ask_notes(points, report)
    for point in points:
        stream(point.stream).sound.append(point)
    for one in streams.values():
        one.keep(one.sound)
        one.compare_sources()
        one.ask_unknown()
    alone = is_one_journal(paths)
    telling = [record for _, one in sorted(streams.items()) for record in one.prove(counts, set(points), alone)]
    purged, (cut, _) = purges_of(telling), cuts_of(telling)
    said = set().union(*cuts_of(record for one in streams.values() for record in one.in_order))
    for one in streams.values():
        for name in [] if one.name in cut else one.doubled:
            report("record_unproven" if one.name in said else "record_inserted", name)
    no_views = {one.name: one.shown_whole() for one in streams.values()}
    for one in streams.values():
        one.missing(counts, purged.get(one.name, []), one.is_whole(no_views))
    for _ in set(purged) - set(streams):
        report("records_purged")
    ask_keys(points, trusted, report)
    for name, size, root in anchors:
        ask_anchor(streams.get(name), name, size, root, purged, report)
    if counts["adopted"]:
        report("records_adopted")
    if read and not any(one.proven for one in streams.values()):
        report("nothing_signed")                                                  # rule 19
    found = {"inconclusive" if strict and code in STRICT else WEIGHTS[code] for code, _, _ in findings}
    weight = next((weight for weight, _, _ in VERDICTS if weight in found), "note")
    if not read and weight not in ("tampered", "missing"):
        weight = "unreadable"
    verdict, exit_code = next((verdict, code) for row, verdict, code in VERDICTS if row == weight)
    return {"verdict": verdict, "exitCode": exit_code,
            "findings": [{"code": code, "record": record, "field": field} for code, record, field in findings],
            "records": counts}


def main():
    parser = argparse.ArgumentParser(description="Verifies a sealed audit trail, independently of otel-audit.",
                                     epilog="exit: 0 verified, 1 tampered, 2 usage, 3 unreadable, 4 incomplete or inconclusive")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="an audit directory, audit_log.json (its parts are "
                        "read too), audit_log.csv, audit_checkpoints.jsonl, a journal segment, or lines of OTLP JSON")
    parser.add_argument("--public-key", action="append", default=[], metavar="KEY", help="a key line that is trusted, or a file of them")
    parser.add_argument("--anchor", action="append", default=[], metavar="STREAM:SIZE:ROOT", help="what was seen earlier; the root in base64")
    parser.add_argument("--strict", action="store_true", help='judge by the column "with strict"')
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    try:
        lines = []
        for key in options.public_key:
            text = open(key, encoding="utf-8").read() if os.path.exists(key) else key
            lines += [Key(line.strip()).line for line in text.splitlines() if line.strip()]
        anchors = []
        for anchor in options.anchor:
            name, size, root = anchor.split(":")
            anchors.append((name, int(size), read_base64(root, 32)))
    except (Refused, ValueError, OSError):
        parser.error("a key or anchor is not of its form")
    result = verify(options.paths, lines, anchors, options.strict)
    if options.json:
        print(json.dumps(result, ensure_ascii=True))
    else:
        print(result["verdict"])
        for finding in result["findings"]:
            print("  " + " ".join(part for part in finding.values() if part))
        print("  " + ", ".join(f"{count} {name}" for name, count in result["records"].items()))
    sys.exit(result["exitCode"])


if __name__ == "__main__":
    sys.setrecursionlimit(20_000)
    main()
