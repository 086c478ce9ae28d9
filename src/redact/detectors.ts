/**
 * What a secret or a personal number looks like, as data: the same RE2 texts run in the process
 * and in the Collector.
 *
 * In: nothing. Out: detectors, in the order in which they are applied. Promise: no look-around, no
 * back-reference; in JavaScript each reads hostile text a bounded number of times.
 */
import { isIP } from "node:net";
import { cardIn, ibanIn } from "./number-checks.ts";
import { TOKEN_FAMILIES } from "./token-shapes.ts";
import { NOT_DOMAINS, topLevelDomain, unverifiedIban, withOneOf } from "./unverified-shapes.ts";

/** One thing to look for in text. */
export interface Detector {
  /** Stands in `audit.redaction.rules`. */
  readonly name: string;
  /** RE2 syntax that is valid in JavaScript too; a leading `(?i)` is the only flag. */
  readonly re2: string;
  /** RE2 text for the Collector, where what it cannot verify must be narrower. Default: `re2`. */
  readonly collectorRe2?: string;
  /** `match`: all of it is masked. `between`: what groups 1 and 2 captured stays readable (in the process only). */
  readonly mask: "match" | "between";
  /** Text must have all of these for the detector to be worth running. */
  readonly needs: readonly Feature[];
  /** And it must hold this. */
  readonly literal?: string;
  /**
   * The part of a match that is the secret, from its start, or undefined for none (in the process
   * only: the Collector masks the whole match). With `between` it sees what lies between the groups.
   */
  readonly secretIn?: (candidate: string) => string | undefined;
  /** Off until a policy switches it on. */
  readonly isOptional?: boolean;
  /** After a candidate that `secretIn` refused, look again one character on; only where matches are short. */
  readonly retries?: boolean;
}

/** What one pass over a text can tell of it. */
export type Feature = "longRun" | "digits" | "space" | "at" | "colon" | "quote";

const NO_LOCAL = "\\s@\"'`<>()\\[\\]{},;:|=/\\\\&?*!#$^~\\x00-\\x1f";
const EMAIL_LOCAL = `[^${NO_LOCAL}]{1,64}`;
/** The user that every git server has is nobody's address: `git@example.org:x.git`. */
const EMAIL_LOCAL_BUT_GIT = `(?:[^${NO_LOCAL}]{4,64}|[^g${NO_LOCAL}][^${NO_LOCAL}]{0,2}|g(?:[^i${NO_LOCAL}][^${NO_LOCAL}]?|i[^t${NO_LOCAL}]?)?)`;
const EMAIL_LABEL = "[^\\s@\"'`<>()\\[\\]{},;:|=/\\\\&?*!#$^~._\\x00-\\x1f]{1,63}";

const CARD_BODIES = [
  "4[0-9]{12}(?:[0-9]{3}){0,2}",
  "5[0-9]{15}",
  "2[2-7][0-9]{14}",
  "3[47][0-9]{13}",
  "3[0689][0-9]{12}(?:[0-9]{2})?",
  "35[0-9]{14}",
  "6[0-9]{15}(?:[0-9]{3})?",
  "81[0-9]{14}(?:[0-9]{3})?",
  "1[0-9]{14}",
  "2131[0-9]{11}",
  "(?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{8,15}",
  "[2-6][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}(?:[ -][0-9]{3})?",
  "3[0-9]{3}[ -][0-9]{6}[ -][0-9]{4,5}",
].join("|");

/** `first` is a negated class: the Collector, which masks whole matches, must not mask a mask again. */
function unlessMasked(
  before: string,
  first: string,
  rest: string,
): Pick<Detector, "re2" | "collectorRe2"> {
  return {
    re2: `${before}${first}${rest}`,
    collectorRe2: `${before}${first.replace("[^", "[^*")}${rest}`,
  };
}

/** All built-in detectors, in the order in which they are applied. */
export const DETECTORS: readonly Detector[] = [
  {
    name: "private_key",
    re2:
      "-----? ?BEGIN[A-Za-z0-9_ -]{0,60}PRIVATE KEY(?: BLOCK)? ?-----?[\\s\\S]*?" +
      "(?:-----? ?END[A-Za-z0-9_ -]{0,60}PRIVATE KEY(?: BLOCK)? ?-----?|$)",
    mask: "match",
    needs: ["space"],
    literal: "PRIVATE KEY",
  },
  {
    name: "putty_key",
    re2: "PuTTY-User-Key-File-[23]:[\\s\\S]*?(?:Private-MAC: [0-9a-f]{40,64}|$)",
    mask: "match",
    needs: ["space"],
    literal: "PuTTY-User-Key-File-",
  },
  {
    name: "jwt",
    // `eyJ` is base64 of `{"`, `ZXlK` that of `eyJ`; with white space in the header it begins otherwise.
    re2:
      "\\b(?:eyJ[A-Za-z0-9_-]{10,}(?:\\.[A-Za-z0-9_-]*={0,2}){0,4}|" +
      "ey[A-Za-z0-9]{15,}\\.ey[A-Za-z0-9_/-]{15,}(?:\\.[A-Za-z0-9_/-]*={0,2}){0,3}|ZXlK[A-Za-z0-9+/]{40,}={0,2})",
    mask: "match",
    needs: ["longRun"],
    secretIn: (match) =>
      !match.startsWith("eyJ") || match.includes(".") || match.startsWith(DOCKER_AUTHS)
        ? match
        : undefined,
  },
  ...TOKEN_FAMILIES.map((family): Detector => ({
    name: family.name,
    re2: `\\b(?:${family.shapes.join("|")})`,
    mask: "match",
    needs: ["longRun"],
    ...(family.collectorRe2 === undefined ? {} : { collectorRe2: family.collectorRe2 }),
    ...(family.literal === undefined ? {} : { literal: family.literal }),
    ...(family.secretIn === undefined ? {} : { secretIn: family.secretIn }),
  })),
  {
    name: "vault_token",
    re2: "\\bs\\.[A-Za-z0-9]{24}\\b",
    collectorRe2: `\\bs\\.${withOneOf("[0-9]", "[A-Za-z]", 24)}\\b`,
    mask: "match",
    needs: ["longRun"],
    literal: "s.",
    // Names of methods and files are of letters: a token has digits among them.
    secretIn: (match) => (/[0-9].*[A-Z].*[0-9]|(?:[0-9].*){3}/.test(match) ? match : undefined),
  },
  {
    name: "bearer_token",
    re2:
      "(?i)(\\b(?:bearer|dpop|token)[ \\t]{1,4}[\"']?)" +
      "(?:[a-z._~+/-]{0,64}[0-9][a-z0-9._~+/-]{5,}={0,2}|[a-z0-9._~+/-]{24,}={0,2})",
    mask: "between",
    needs: ["space"],
  },
  {
    name: "basic_authorization",
    re2: "(\\b(?:[Bb]asic|BASIC|[Nn]egotiate|NTLM)[ \\t]{1,4})[A-Za-z0-9+/]{2,}[A-Z0-9+/=][A-Za-z0-9+/=]{2,}",
    mask: "between",
    needs: ["space"],
    secretIn: (match) => (isBase64Credentials(match) ? match : undefined),
  },
  {
    name: "url_credentials",
    re2: "(?i)(\\b[a-z][a-z0-9+.-]{1,20}://)[^\\s/?#@:\"'<>]{0,256}:[^\\s/\"'<>]*(@)",
    mask: "between",
    needs: ["at", "colon"],
    literal: "://",
  },
  {
    name: "signed_url",
    re2: "(?i)([?&](?:sig|signature|x-amz-signature|x-goog-signature|x-amz-security-token)=)[a-z0-9%+/=_-]{16,}",
    mask: "between",
    needs: ["longRun"],
  },
  {
    name: "curl_user",
    re2: "(\\bcurl\\b[\\s\\S]{0,500}?\\s(?:-u|--user|-U|--proxy-user)[ =]{0,4}[\"']?)[^\\s:\"']{0,200}[\"']?:[\"']?[^\\s\"']*",
    mask: "between",
    needs: ["space", "colon"],
    literal: "curl",
    // `$USER:$PASSWORD` is none.
    secretIn: (match) =>
      match.length < 4 || /^["']?\$\{?[A-Z_a-z]\w*\}?:\$\{?[A-Z_a-z]\w*\}?$/.test(match)
        ? undefined
        : match,
  },
  {
    name: "curl_cookie",
    re2: "(\\bcurl\\b[\\s\\S]{0,500}?\\s(?:-b|--cookie)[ =]{0,4}[\"']?)[^\\s=\"']{1,200}=[^\\s\"']{4,}",
    mask: "between",
    needs: ["space"],
    literal: "curl",
  },
  {
    name: "command_password",
    ...unlessMasked(
      "(\\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)\\b[^\\n|;&]{0,300}?\\s-p[\"']?|" +
        "\\b(?:sshpass|docker login|podman login|helm registry login|az login)\\b[^\\n|;&]{0,300}?\\s-p[ =]{0,4}[\"']?)",
      "[^\\s\"'-]",
      "[^\\s\"']{2,200}",
    ),
    mask: "between",
    needs: ["space"],
    literal: " -p",
  },
  {
    name: "sql_password",
    ...unlessMasked(
      "(?i)(\\b(?:identified(?: with [a-z0-9_]{1,40})? (?:by|as)|(?:with|encrypted|unencrypted|set) password(?: =)?) {1,4}')",
      "[^'\\n]",
      "[^'\\n]{0,999}",
    ),
    mask: "between",
    needs: ["space", "quote"],
  },
  {
    name: "email",
    re2:
      `(?:(?:\\b|[^\\x00-\\x7f])${EMAIL_LOCAL}|"(?:[^"\\\\\\n]|\\\\.){1,64}")@` +
      `(?:(?:${EMAIL_LABEL}\\.){1,8}(?:xn--[A-Za-z0-9-]{2,59}\\b|[A-Za-z]{2,24}\\b|[^\\x00-\\x7f]{2,24})|` +
      "\\[(?:IPv6:)?[0-9A-Fa-f.:]{3,45}\\])",
    collectorRe2:
      `(?i)(?:(?:\\b|[^\\x00-\\x7f])${EMAIL_LOCAL_BUT_GIT}|"(?:[^"\\\\\\n]|\\\\.){1,64}")@` +
      `(?:(?:${EMAIL_LABEL}\\.){1,8}(?:${topLevelDomain(NOT_DOMAINS)}|[^\\x00-\\x7f]{2,24})|` +
      "\\[(?:IPv6:)?[0-9A-Fa-f.:]{3,45}\\])",
    mask: "match",
    needs: ["at"],
    secretIn: (match) => (isNoAddress(match) ? undefined : match),
  },
  {
    name: "iban",
    re2: "\\b(?:[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?|[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?)\\b",
    collectorRe2: unverifiedIban(),
    mask: "match",
    needs: ["digits"],
    secretIn: ibanIn,
    retries: true,
  },
  {
    name: "payment_card",
    re2: `(^|[^0-9A-Za-z_.])(?:${CARD_BODIES})\\b`,
    mask: "between",
    needs: ["digits"],
    secretIn: cardIn,
    retries: true,
  },
  {
    name: "social_security_number",
    re2: "(^|[^0-9A-Za-z_.-])(?:[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}|[0-8][0-9]{2} [0-9]{2} [0-9]{4}|[0-8][0-9]{2}\\.[0-9]{2}\\.[0-9]{4})\\b",
    mask: "between",
    needs: ["digits"],
    secretIn: (match) => (/^(?:000|666)|^...[ .-]00|0000$/.test(match) ? undefined : match),
  },
  {
    name: "ip_address",
    re2:
      "(^|[^0-9A-Za-z_.:-])(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3,7}|(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}" +
      "(?:(?:[0-9]{1,3}\\.){3}[0-9]{1,3})?)",
    mask: "between",
    needs: [],
    secretIn: (match) => (isIP(match) === 0 ? undefined : match),
    isOptional: true,
  },
  {
    name: "crypto_address",
    re2: "\\b(?:bc1[a-z0-9]{25,87}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-fA-F]{40})\\b",
    mask: "match",
    needs: ["longRun"],
    isOptional: true,
  },
  {
    name: "phone_number",
    re2:
      "(^|[^0-9A-Za-z_.+-])(?:\\+[1-9][0-9]{0,2}[ .()/-]{0,2}[0-9](?:[ .()/-]{0,2}[0-9]){5,12}|" +
      "\\(?[2-9][0-9]{2}\\)?[ .-]{1,2}[2-9][0-9]{2}[ .-][0-9]{4})\\b",
    mask: "between",
    needs: [],
    isOptional: true,
  },
];

/** File and unit names, and the user that every git server has: `git@example.org:x.git`. */
function isNoAddress(match: string): boolean {
  const ending = match.slice(match.lastIndexOf(".") + 1).toLowerCase();
  return NOT_DOMAINS.has(ending) || match.startsWith("git@");
}

/** base64 of `{"auths":`: a Docker configuration. */
const DOCKER_AUTHS = "eyJhdXRo";

/** RFC 7617: base64 of user, colon, password. */
function isBase64Credentials(match: string): boolean {
  const bytes = Buffer.from(match, "base64");
  return bytes.includes(":") || match.length > 100;
}
