/**
 * Names of secrets as the Collector's redaction processor is asked for them.
 *
 * In: the rules on names that are in force. Out: few RE2 texts for all of them. The patterns of
 * {@link KEY_RULES} would do, one by one; but Go's engine keeps no states, and takes a millisecond
 * for a name where these take some microseconds. Promise: what a rule finds is found here; where
 * the endings of rules differ, more is found.
 */
import {
  HARMLESS_TOKENS,
  KEY_OWNERS,
  PASS_OWNERS,
  PASSWORD_SETTINGS,
  SECRET_REFERENCES,
  SWITCH_WORDS,
} from "./key-words.ts";
import { notEnding } from "./word-exceptions.ts";
import { anyOf, behindOthers, notBehind, otherThan } from "./word-sets.ts";

/** RE2 texts of names by how their values are to be read in a text. */
export interface CollectorNames {
  /** The value is a word, or what stands in quotes. */
  readonly plain: readonly string[];
  /** The value is the rest of a line: headers. */
  readonly header: readonly string[];
  /** As plain, and capitals count. */
  readonly caseSensitive: readonly string[];
  /** A name from its first letter to its last, for notations that say where it begins. Undefined: no rule is in force. */
  readonly whole: string | undefined;
}

/** How a rule names a secret. In words `~` is a separator that may be left out. */
interface Naming {
  /** Words, wherever in a name they stand. */
  readonly anywhere?: readonly string[];
  /** Words, where one begins. */
  readonly atWord?: readonly string[];
  /** Words, where the name begins. */
  readonly atStart?: readonly string[];
  /** RE2 texts. */
  readonly patterns?: readonly string[];
}

const PLAIN: Readonly<Record<string, Naming>> = {
  "key:password": {
    anywhere: [
      ...words("pwd passw passwordsalt passsalt bind~pw wpapsk snmp~community security~answer"),
      ...affixed(PASS_OWNERS.replaceAll("|", " "), words("~pass")),
      ...words("contraseña contraseñas contrasena contrasenas passwort paswort kennwort"),
      ...words("mot~de~passe senha wachtwoord clave~secreta"),
    ],
    atWord: words("pw salt psk"),
    atStart: ["pass"],
  },
  "key:secret": {
    patterns: [`${notBehind(oneWords([...SWITCH_WORDS, ...SECRET_REFERENCES]))}secret[es]?`],
  },
  "key:credentials": {
    anywhere: affixed("my db aws user", ["cred", "creds"]),
    atWord: words("cred creds"),
    patterns: [`${notBehind(SWITCH_WORDS)}credentials?`],
  },
  "key:token": {
    anywhere: [
      ...affixed(
        "access refresh auth api bearer session csrf xsrf oauth personal deploy device",
        words("~tokens"),
      ),
      ...words("jwt jwts client~assertion code~verifier device~code"),
      ...words("oauth_signature oauth_verifier samlresponse"),
    ],
    atWord: words("bearer csrf xsrf"),
    patterns: [`${notBehind(oneWords([...SWITCH_WORDS, ...HARMLESS_TOKENS]))}token`],
  },
  "key:api_key": {
    anywhere: [
      ...affixed(KEY_OWNERS.replaceAll("_?", "~").replaceAll("|", " "), words("~key ~keys")),
      ...words("keys_base64 keys_b64 keys_hex shared~access~signature"),
    ],
  },
  "key:connection_string": {
    anywhere: [
      ...affixed("conn connection", words("~str ~strs ~string ~strings")),
      ...words("dsn dockerconfig dockerconfigjson dockercfg dockercfgjson sas~uri sas~url"),
    ],
  },
  "key:one_time_code": {
    anywhere: [
      ...affixed("mfa 2fa totp otp two~factor", words("~code ~pin ~secret")),
      ...words("pin~code unlock~code one~time~code one~time~pin"),
      ...affixed("card account atm sim user", words("~pin")),
      ...affixed("recovery backup", words("~code ~codes")),
    ],
    atWord: affixed("otp hotp totp", ["", "~code", "~value"]),
  },
  "key:personal_number": {
    anywhere: [
      ...affixed("social~security card cc", words("~number ~num ~no")),
      ...words("credit~card cvv cvv2 cvc cvc2 security~code"),
    ],
    atWord: ["ssn"],
  },
  "key:seed_phrase": {
    anywhere: words("mnemonic~ mnemonic~phrase seed~phrase recovery~phrase"),
  },
};

const HEADER: Readonly<Record<string, Naming>> = {
  "key:authorization": {
    anywhere: [
      ...affixed("basic http proxy user registry npm", ["auth"]),
      ...affixed("auth", words("~code ~string ~sig ~pass ~pw")),
      ...words("authorization authorization~code"),
    ],
    atStart: ["auth"],
    patterns: [`(?:(?:^|[^a-z0-9_.\\-])|${behindOthers(SWITCH_WORDS)})[_.\\-]+auth`],
  },
  "key:cookie": {
    anywhere: [
      ...words("phpsessid jsessionid connect.sid asp.net_sessionid aspxauth"),
      ...affixed("user aiohttp laravel rack flask", ["_session"]),
    ],
    patterns: [
      `${notBehind(SWITCH_WORDS)}cookie[s2]?`,
      "(?:^|[^a-z0-9.]|[a-z])session(?:id|_?key)",
      "aspnetcore\\.[a-z.]+",
      "(?:wordpress_(?:sec|logged_in)|remember_web)_[a-z0-9]+",
      "(?:^|[_\\-])_session",
    ],
  },
};

/** Whatever follows `password` belongs to it, but for settings about passwords. */
const PASSWORDS =
  `${notBehind(SWITCH_WORDS)}${anyOf(words("pass~word passwd pass~phrase pass~code"))}s?` +
  `(?:[a-z0-9_.\\-]*${notEnding(PASSWORD_SETTINGS)})?`;

/** Endings after which a name still means the secret itself, of all rules together. */
const ENDINGS = `(?:[_.\\-]?(?:${anyOf([
  ...words(
    "value val values string str raw text data hash hex b64 base64 base pem plain plaintext",
  ),
  ...words("enc encrypted old new prod dev test staging json secret header access key keys token"),
  ...words("phrase word"),
])}|[0-9]{1,4})){0,2}`;

const EMBEDDED =
  "[A-Z0-9](?:token|secret|password|passwd|session|credit|auth|apikey|pwd)[A-Z]+[A-Za-z0-9]*";

/**
 * The names of the built-in rules.
 *
 * @param isOn whether a rule is in force, by its name as in `key:token`.
 */
export function collectorNames(isOn: (rule: string) => boolean): CollectorNames {
  const inForce = (table: Readonly<Record<string, Naming>>): readonly string[] =>
    joined(Object.entries(table).flatMap(([rule, naming]) => (isOn(rule) ? [naming] : [])));
  return {
    plain: [...(isOn("key:password") ? [PASSWORDS] : []), ...inForce(PLAIN)],
    header: inForce(HEADER),
    caseSensitive: isOn("key:embedded") ? [EMBEDDED] : [],
    whole: wholeName(isOn),
  };
}

/** What the rules whose secrets stand in programs and commands call them. */
const IN_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  "key:password": words("pass~word passwd pass~phrase pass~code pwd"),
  "key:secret": words("secret secrets"),
  "key:credentials": words("credential credentials"),
  "key:token": ["token"],
  // Without those that are called after who issued them: their patterns would be ten times as long.
  "key:api_key": affixed(
    "api app access secret private auth account encryption signing master client storage",
    words("~key ~keys"),
  ),
};

/** No word of the name is one that makes it harmless; but for the last, which may be glued to its secret. */
function wholeName(isOn: (rule: string) => boolean): string | undefined {
  const secrets = Object.entries(IN_PROGRAMS).flatMap(([rule, list]) => (isOn(rule) ? list : []));
  if (secrets.length === 0) return undefined;
  const others = otherThan(oneWords([...SWITCH_WORDS, ...HARMLESS_TOKENS, ...SECRET_REFERENCES]));
  return `(?:${others}[_.\\-]+)*[a-z0-9]*?${anyOf(secrets)}${ENDINGS}`;
}

/** RE2 texts for some namings: one for each way, which is faster than one for all. */
function joined(namings: readonly Naming[]): readonly string[] {
  const all = (key: keyof Naming): readonly string[] =>
    namings.flatMap((naming) => naming[key] ?? []);
  const placed = (before: string, key: keyof Naming): readonly string[] =>
    all(key).length === 0 ? [] : [`${before}${anyOf(all(key))}`];
  const ways = [
    ...placed("", "anywhere"),
    ...placed("(?:^|[^a-z0-9])", "atWord"),
    ...placed("(?:^|[^a-z0-9_.\\-])_?", "atStart"),
    ...all("patterns"),
  ];
  return ways.map((way) => `${way}${ENDINGS}`);
}

function words(text: string): readonly string[] {
  return text.split(" ");
}

/** Words with a separator in them cannot be told by the one word that stands before a name. */
function oneWords(list: readonly string[]): readonly string[] {
  return list.filter((word) => !word.includes("_"));
}

function affixed(beginnings: string, ends: readonly string[]): readonly string[] {
  return words(beginnings).flatMap((beginning) => ends.map((end) => `${beginning}${end}`));
}
