/**
 * What stands behind the name of a secret and is none: references, expressions, prose.
 *
 * In: the text of a value and of its name. Out: whether to leave it. Each asks for a whole value, so
 * that no secret stays because a part of it looks like one of these.
 */
import type { Span, ValueKind } from "./assigned-value.ts";

/** `token: string`, `password is required`: not values. */
const NOT_VALUES: ReadonlySet<string> = new Set(
  (
    "true false null none nil undefined nan yes no on off string str int integer bool boolean bytes number any " +
    "object char text varchar is are was were be been has have had must should shall can cannot could may might " +
    "will would not the a an of for and or in on at to from with without by as if when that this it its only too " +
    "required optional missing invalid valid expected expired incorrect wrong empty unset unknown field value " +
    "type format length malformed error failed function authentication authorization denied enabled disabled " +
    "await new async lambda return typeof started opened closed accepted rejected changed rotated reset"
  ).split(" "),
);

/** `${PASSWORD}`, `$(cat file)`, `{{ password }}`, `%PASSWORD%`, `<password>`: where a secret will stand. */
const REFERENCE =
  /^(?:\$\{[^}]*\}?|\$\(.*|\$[A-Z_][A-Z0-9_]*|[$#]?\{\{.*|#\{[^}]*\}|%[A-Za-z_]\w*%|%\(\w+\)s|%[sdv]|<[A-Za-z][\w -]*>|\.{3,}|x{4,}|\?|\$[0-9]{1,3}|[[(]?(?:redacted|filtered|masked|hidden|removed|none|null|unset)[\])]?|include|omit|same-origin)$/i;
/** `getToken(…)`, `new Token(…)`. */
const CALL = /^(?:[A-Za-z_$][\w$]*(?:\.|\?\.|->|::))*[A-Za-z_$][\w$]*\(/;
/** `this.token`, `request.headers.cookie`. */
const MEMBER = /^[a-z][A-Za-z_]*(?:(?:\.|\?\.|->)[A-Za-z_$][A-Za-z_$]*)+$/;
/** Whether a text in quotes behind a name is none of its values. */
export function isNoQuotedValue(
  value: string,
  kind: ValueKind,
  isName: (word: string) => boolean,
): boolean {
  // `accesskey="n"` of HTML, `token === "/"`.
  if (/^[^A-Za-z0-9]{1,2}$/.test(value) || (kind.name === "accesskey" && value.length < 3))
    return true;
  return isReference(value) || isClosing(value) || isNameOfKey(value, kind, isName);
}

/** Whether a bare word behind a name is none of its values. */
export function isNoBareValue(
  value: string,
  {
    kind,
    text,
    span,
    isName,
  }: {
    readonly kind: ValueKind;
    readonly text: string;
    readonly span: Span;
    readonly isName: (word: string) => boolean;
  },
): boolean {
  if (isReference(value)) return true;
  const first = kind.isHeader ? (/^[^\s,;]*/.exec(value)?.[0] ?? "") : value;
  if (NOT_VALUES.has(first.replace(/[.,!?]+$/, "").toLowerCase())) return true;
  // The results of tests.
  if (kind.name === "PASS" || (/pass$/i.test(kind.name) && /^[0-9]{1,3}$/.test(value))) return true;
  return (
    isCode(value, isName) ||
    isItself(value, kind.name, text, span) ||
    isProse(value, text.slice(span.end, span.end + 12), isName)
  );
}

/** Whether a value says where the secret will stand. */
export function isReference(value: string): boolean {
  return REFERENCE.test(value);
}

/** `input("Password: ")`: that quote ended the text before it. */
function isClosing(value: string): boolean {
  return /^[),;\]}\s]/.test(value);
}

/** `PASSWORD_KEY = "password"`: the name of a field. */
function isNameOfKey(
  value: string,
  { name }: ValueKind,
  isName: (word: string) => boolean,
): boolean {
  return /(?:key|name|field)$/i.test(name) && /^[A-Za-z_]+$/.test(value) && isName(value);
}

/** `token: signature is invalid`, `secret "x" not found`. */
function isProse(value: string, after: string, isName: (word: string) => boolean): boolean {
  if (!/^[A-Za-z]+$/.test(value)) return false;
  if (
    /^ (?:is|was|are|has|have|not|must|cannot|can|should|contains?|expired|missing)\b/.test(after)
  )
    return true;
  return /^ ["'a-z(]/.test(after) && isName(value);
}

/** A program's expression in the place of a value. */
function isCode(value: string, isName: (word: string) => boolean): boolean {
  if (CALL.test(value) || /^[A-Za-z_$][\w$.]*\[$/.test(value)) return true;
  if (MEMBER.test(value))
    return isName(value.slice(Math.max(value.lastIndexOf("."), value.lastIndexOf(">")) + 1));
  // A type, a constant: `credentials: ChannelCredentials`, `token = Keyword.Type`.
  if (/^[A-Z][a-z]+(?:\.[A-Z][A-Za-z]+)+$/.test(value)) return true;
  return /^[A-Z][a-z]+(?:[A-Z][a-z]+)+$/.test(value) && isName(value);
}

/** `self.password = password`, `f(password=password)`, `password: Password of the user`. */
function isItself(value: string, name: string, text: string, { start, end }: Span): boolean {
  const own = name.slice(name.lastIndexOf(".") + 1);
  if (own.toLowerCase() !== value.toLowerCase()) return false;
  const next = text.charAt(end);
  // `password = :password` in SQL.
  const isParameter = /[ =(][:@]$/.test(text.slice(Math.max(0, start - 2), start));
  return (
    isParameter || own !== name || next === ")" || next === "," || (next === " " && own !== value)
  );
}
