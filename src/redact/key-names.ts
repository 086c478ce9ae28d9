/**
 * Names of fields whose value is a secret, whatever the value looks like.
 *
 * In: a key of a map, or a name found before `=` or `:` in text. Out: the rule it falls under.
 * The same RE2 texts run here and in the Collector; RE2 has no look-around, so exceptions are
 * spelled out by {@link notAfter} and by closed lists of endings.
 */
import {
  HARMLESS_TOKENS,
  KEY_OWNERS,
  PASS_OWNERS,
  PASSWORD_SETTINGS,
  SECRET_REFERENCES,
  SWITCH_WORDS,
} from "./key-words.ts";
import { notAfter, notEnding } from "./word-exceptions.ts";

/** One rule on the names of fields. */
export interface KeyRule {
  /** Stands in `audit.redaction.rules`, as in `key:password`. */
  readonly name: string;
  /** RE2 text of the telling part of a name; what is tested always runs to the end of the name. */
  readonly re2: string;
  /** Capitals tell where a word ends: `FOOtokenBAR`. */
  readonly isCaseSensitive?: boolean;
}

/** What may stand between the words of a name. */
const GAP = "[_.\\-]?";
const GAPS = "[_.\\-]*";

/** Endings after which a name still means the secret itself: `token_value`, `secretKey2`. */
function endings(words: string): string {
  return `(?:${GAP}(?:${words}|[0-9]{1,4})){0,2}`;
}

const PLAIN_ENDINGS: string = endings(
  "value|val|values|string|str|raw|text|data|hash|hex|b64|base64|pem|plain|plaintext|enc|encrypted|old|new|prod|dev|test|staging|json|secret|header",
);

/** The rules on names, most telling first. */
export const KEY_RULES: readonly KeyRule[] = [
  {
    name: "key:password",
    re2:
      `${notAfter(SWITCH_WORDS)}${GAPS}(?:pass${GAP}word|passwd|pass${GAP}phrase|pass${GAP}code)s?` +
      `(?:[a-z0-9_.\\-]*${notEnding(PASSWORD_SETTINGS)})?`,
  },
  {
    name: "key:password",
    re2:
      "(?:pwd|passw|php[_\\-]auth[_\\-]pw|(?:^|[^a-z0-9])pw|(?:^|[_.\\-]|password|pass)salt|" +
      `(?:^|[^a-z0-9_.\\-]|${PASS_OWNERS})_?pass|bind_?pw|(?:^|[^a-z0-9]|wpa)psk|snmp${GAP}community|security${GAP}answer)${PLAIN_ENDINGS}`,
  },
  {
    name: "key:password",
    re2: `(?:contrase(?:ñ|n)as?|pass?wort|kennwort|mot${GAP}de${GAP}passe|senha|wachtwoord|clave${GAP}secreta)${PLAIN_ENDINGS}`,
  },
  {
    name: "key:secret",
    re2:
      `${notAfter([...SWITCH_WORDS, ...SECRET_REFERENCES])}${GAPS}secret[es]?` +
      endings(
        "access|key|keys|base|value|values|string|text|data|hash|token|phrase|word|raw|hex|b64|base64|pem|old|new|prod|dev|test|staging",
      ),
  },
  {
    name: "key:credentials",
    re2: `(?:${notAfter(SWITCH_WORDS)}${GAPS}credentials?|(?:^|[^a-z0-9]|[a-z0-9][_.\\-]|my|db|aws|user)creds?)${PLAIN_ENDINGS}`,
  },
  {
    name: "key:token",
    re2: `${notAfter([...HARMLESS_TOKENS, ...SWITCH_WORDS])}${GAPS}token${endings(
      "value|val|string|str|raw|text|hash|secret|header|key|old|new|prod|dev|test|staging|b64|base64",
    )}`,
  },
  {
    name: "key:token",
    re2: `(?:access|refresh|auth|api|bearer|session|csrf|xsrf|oauth|personal|deploy|device)${GAP}tokens|jwts?|(?:^|[^a-z0-9])bearer|(?:^|[^a-z0-9])_?(?:csrf|xsrf)|client${GAP}assertion|code${GAP}verifier|device${GAP}code|oauth_(?:signature|verifier)|samlresponse`,
  },
  {
    name: "key:api_key",
    re2: `(?:(?:${KEY_OWNERS})${GAP}keys?|keys_(?:base64|b64|hex)|shared${GAP}access${GAP}signature)${PLAIN_ENDINGS}`,
  },
  {
    name: "key:authorization",
    re2:
      `(?:authorization|${notAfter(SWITCH_WORDS)}[_.\\-]+auth|(?:^|[^a-z0-9_.\\-]|basic|http|proxy|user|registry|npm)auth|` +
      `auth${GAP}(?:code|string|sig|pass|pw)|authorization${GAP}code)${PLAIN_ENDINGS}`,
  },
  {
    name: "key:cookie",
    re2: `(?:${notAfter(SWITCH_WORDS)}${GAPS}cookie[s2]?|phpsessid|jsessionid|connect\\.sid|asp\\.net_sessionid|(?:^|[^a-z0-9.]|[a-z])session(?:id|_?key)|aspxauth|aspnetcore\\.[a-z.]+|(?:wordpress_(?:sec|logged_in)|remember_web)_[a-z0-9]+|(?:user|aiohttp|laravel|rack|flask)_session|(?:^|[_\\-])_session)${PLAIN_ENDINGS}`,
  },
  {
    name: "key:connection_string",
    re2: `(?:conn(?:ection)?${GAP}str(?:ing)?s?|dsn|\\.?docker(?:config|cfg)(?:json)?|sas${GAP}ur[il])${PLAIN_ENDINGS}`,
  },
  {
    name: "key:one_time_code",
    re2:
      `(?:^|[^a-z0-9])[th]?otp(?:${GAP}(?:code|value))?|(?:mfa|2fa|totp|otp|two${GAP}factor)${GAP}(?:code|pin|secret)|` +
      `pin${GAP}code|(?:card|account|atm|sim|user)${GAP}pin|unlock${GAP}code|` +
      `one${GAP}time${GAP}(?:code|pin)|(?:recovery|backup)${GAP}codes?`,
  },
  {
    name: "key:personal_number",
    re2:
      `(?:^|[^a-z0-9])(?:ssn|cvv2?|cvc2?)|social${GAP}security${GAP}(?:number|num|no)|` +
      `(?:card|cc)${GAP}(?:number|num)|credit${GAP}card|(?:card${GAP})?(?:cvv|cvc)|security${GAP}code`,
  },
  {
    name: "key:embedded",
    re2: "[A-Z0-9](?:token|secret|password|passwd|session|credit|auth|apikey|pwd)[A-Z]+[A-Za-z0-9]*",
    isCaseSensitive: true,
  },
  { name: "key:seed_phrase", re2: `mnemonic${GAP}(?:phrase)?|(?:seed|recovery)${GAP}phrase` },
];

/** Longer names are judged by their end: what a name means stands there. */
const MAX_KEY_LENGTH = 200;
/** Services use few names; callers who invent them must not fill the memory. */
const MAX_CACHED_KEYS = 4096;

const compiled: readonly { readonly name: string; readonly pattern: RegExp }[] = KEY_RULES.map(
  (rule) => ({ name: rule.name, pattern: regExpOfKey(rule) }),
);
const cache = new Map<string, string | undefined>();

function regExpOfKey(rule: KeyRule): RegExp {
  return new RegExp(tail(rule), rule.isCaseSensitive === true ? "" : "i");
}

function tail(rule: KeyRule): string {
  return `(?:${rule.re2})\\]?$`;
}

/** The name of the rule that a key falls under, or undefined when its value may be kept. */
export function ruleOfKey(key: string): string | undefined {
  if (cache.has(key)) return cache.get(key);
  const tested = key.length > MAX_KEY_LENGTH ? key.slice(-MAX_KEY_LENGTH) : key;
  const found = compiled.find((rule) => rule.pattern.test(tested))?.name;
  if (key.length > MAX_KEY_LENGTH) return found;
  if (cache.size >= MAX_CACHED_KEYS) cache.clear();
  cache.set(key, found);
  return found;
}
