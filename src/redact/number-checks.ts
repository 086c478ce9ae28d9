/** Checks that a pattern cannot do: Luhn for cards, mod 97 for bank accounts. */

/** Length of an IBAN by country (SWIFT IBAN registry, release 99). */
export const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 " +
    "EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 " +
    "KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 " +
    "PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 " +
    "UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The IBAN at the start of a text, as it stands there, or undefined. */
export function ibanIn(text: string): string | undefined {
  const length = IBAN_LENGTHS.get(text.slice(0, 2).toUpperCase());
  if (length === undefined) return undefined;
  let end = 0;
  let compact = "";
  while (end < text.length && compact.length < length) {
    const character = text.charAt(end++);
    if (character !== " " && character !== "-") compact += character;
  }
  return compact.length === length && remainder97(compact.toUpperCase()) === 1
    ? text.slice(0, end)
    : undefined;
}

/** The card number at the start of a text, or undefined: all of it, or all but its last group. */
export function cardIn(text: string): string | undefined {
  if (hasLuhnDigit(text)) return text;
  const withoutLastGroup = text.slice(0, Math.max(text.lastIndexOf(" "), text.lastIndexOf("-"), 0));
  return withoutLastGroup.replaceAll(/[ -]/g, "").length >= 15 && hasLuhnDigit(withoutLastGroup)
    ? withoutLastGroup
    : undefined;
}

/** ISO/IEC 7812-1 annex B. */
function hasLuhnDigit(text: string): boolean {
  let sum = 0;
  let doubled = false;
  for (let at = text.length - 1; at >= 0; at--) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) continue;
    const product = doubled ? digit * 2 : digit;
    sum += product > 9 ? product - 9 : product;
    doubled = !doubled;
  }
  return sum > 0 && sum % 10 === 0;
}

/** ISO/IEC 7064 mod 97-10 over an IBAN whose first four characters moved to its end. */
function remainder97(iban: string): number {
  let remainder = 0;
  for (const character of `${iban.slice(4)}${iban.slice(0, 4)}`) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}
