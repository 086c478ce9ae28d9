/**
 * The shapes of credentials that carry the mark of who issued them.
 *
 * In RE2 syntax, one family per issuer or kind. Each shape starts at a word boundary, and what
 * follows an unbounded run is optional: every match then consumes what it looked at, so that no
 * hostile text is read twice.
 */
import { withOneOf } from "./unverified-shapes.ts";

/** A family of credentials with a mark of their own. */
export interface TokenFamily {
  readonly name: string;
  /** RE2 texts, each without a group that captures. */
  readonly shapes: readonly string[];
  /** RE2 text for the Collector, where it can see what `secretIn` asks for. */
  readonly collectorRe2?: string;
  /** Stands in each, where the shapes do not start with a mark. */
  readonly literal?: string;
  /** The part of a match that is the secret, or undefined for none (in the process only). */
  readonly secretIn?: (match: string) => string | undefined;
}

const RUN = "[A-Za-z0-9_-]";
const WORD = "[A-Za-z0-9]";
const HEX = "[0-9a-f]";

/** Credentials that are known by their first letters, by family. */
export const TOKEN_FAMILIES: readonly TokenFamily[] = [
  {
    name: "aws_credential",
    shapes: [
      `(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\\b`,
      `ABSK[A-Za-z0-9+/]{40,}={0,2}`,
      "bedrock-api-key-[A-Za-z0-9+/=_-]{20,}",
      // Session tokens: base64 of a fixed beginning.
      `(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9+/=]{40,}`,
    ],
  },
  {
    name: "google_credential",
    shapes: [`AIza${RUN}{35}`, `GOCSPX-${RUN}{20,}`, `ya29\\.${RUN}{20,}`, `1//0${RUN}{30,}`],
  },
  {
    name: "github_token",
    shapes: [`gh[pousr]_${WORD}{20,255}`, "github_pat_[A-Za-z0-9_]{20,255}"],
  },
  {
    name: "gitlab_token",
    shapes: [
      `gl(?:pat|dt|cbt|rt|rtr|ptt|ft|ffct|imt|agent|oas|soat|wt)-[A-Za-z0-9_.-]{16,}`,
      `GR1348941${RUN}{20}`,
      "_gitlab_session=[0-9a-z]{20,}",
    ],
  },
  {
    name: "slack_token",
    shapes: [
      `xox[a-z](?:\\.xox[a-z])?-[0-9]${RUN}{8,}`,
      `xox[ar]-${WORD}{8,}`,
      `xapp-[0-9]-${RUN}{20,}`,
      "hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9/+_-]{20,}",
    ],
  },
  {
    name: "payment_key",
    shapes: [
      `(?:sk|rk|pk)_(?:live|test|prod)_${WORD}{10,}`,
      `whsec_[A-Za-z0-9+/=]{20,}`,
      `sq0[a-z]{3}-${RUN}{22,}`,
      `EAAA${RUN}{22,}`,
      `(?:access|public)-(?:sandbox|production|development)-${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`,
      "access_token\\$(?:production|sandbox)\\$[0-9a-z]{16}\\$[0-9a-f]{32}",
      `FLW(?:PUB|SEC)K(?:_TEST)?-[0-9a-h]{12,}(?:-X\\b)?`,
      `EZ[AT]K${WORD}{54,}`,
      `shp(?:at|ca|pa|ss|ua|rt|xt)_[0-9a-fA-F]{32}`,
      `shippo_(?:live|test)_[0-9a-fA-F]{40}`,
      `(?:live|test)_(?:pub_)?${HEX}{31,35}\\b`,
      `A21AA${RUN}{60,}`,
      `Mid-server-${RUN}{20,}`,
      `duffel_(?:test|live)_[A-Za-z0-9_=-]{40,}`,
      `live_[A-Za-z0-9_=-]{40}\\b`,
    ],
  },
  {
    name: "ai_api_key",
    shapes: [
      `sk-(?:ant|proj|svcacct|admin|or|None|lf)-${RUN}{16,}`,
      `sk-${WORD}{20,}`,
      `sk_${HEX}{48}\\b`,
      `pcsk_[A-Za-z0-9_]{40,}`,
      `wandb_v1_${RUN}{30,}`,
      `hf_${WORD}{30,}`,
      "api_org_[A-Za-z]{34}\\b",
      `(?:pplx-|gsk_|xai-|r8_|tvly-|lsv2_(?:pt|sk)_|nvapi-|fw_|csk-|tgp_v1_)${RUN}{28,}`,
    ],
  },
  {
    name: "package_registry_token",
    shapes: [
      `npm_${WORD}{36}`,
      `pypi-AgE${RUN}{50,}`,
      `rubygems_${HEX}{48}`,
      `CLOJARS_${WORD}{60}`,
      `oy2[a-z0-9]{43}\\b`,
      `dckr_(?:pat|oat)_${RUN}{20,}`,
      `AKC${WORD}{10,}`,
      `AP[0-9]${WORD}{10,}\\b`,
      `cmVmd${WORD}{59}\\b`,
      `(?:pat|sat)\\.${RUN}{22}\\.${WORD}{24}\\.${WORD}{20}`,
      `cio${WORD}{32}\\b`,
    ],
  },
  {
    name: "discord_token",
    shapes: [
      `[MNO]${RUN}{23,25}\\.${RUN}{6}\\.${RUN}{27,38}`,
      "discord(?:app)?\\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{40,}",
    ],
  },
  {
    name: "cloud_token",
    shapes: [
      `hv[sbr]\\.${RUN}{20,}`,
      `do[opr]_v1_${HEX}{64}`,
      `dapi[a-h0-9]{32}(?:-[0-9]{1,2})?`,
      `pul-${HEX}{40}`,
      `pscale_(?:tkn|pw|oauth|secret)_[A-Za-z0-9_.=-]{32,64}`,
      `dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9.]{40,}`,
      `LTAI${WORD}{16,24}\\b`,
      `AKID[A-Za-z0-9]{32}\\b`,
      `fo1_${RUN}{40,}`,
      "fm[12][ar]?_[A-Za-z0-9+/=]{100,}",
      `sha256~${RUN}{43}`,
      `HRKU-${RUN}{36,}`,
      `nf[pcoub]_${WORD}{36}`,
      `sbp_${HEX}{40}`,
      `sb_secret_${RUN}{20,}`,
      "tskey-[a-z]{2,10}-[A-Za-z0-9-]{20,}",
      `v1\\.0-${HEX}{24}-${HEX}{100,}`,
      `cf(?:ut|at|k)_${WORD}{40,}`,
      `4b1d[A-Za-z0-9]{38}\\b`,
      `AKLT${RUN}{30,}`,
      `mdb_sa_sk_${RUN}{30,}`,
      `dnkey-[a-z0-9=_-]{26}-[a-z0-9=_-]{52}`,
      "(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\\.[A-Za-z0-9]{4,6}\\.acc[_-][A-Za-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}",
      `AQVN${RUN}{35,38}\\b`,
      `t1\\.(?:${RUN}{1,300}={0,2}\\.)?${RUN}{80,}={0,2}`,
      `YC${RUN}{38}\\b`,
      `tk-us-${RUN}{48}`,
      `ops_eyJ[A-Za-z0-9+/]{100,}={0,3}`,
      "A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
      "AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{58}",
      `API-[A-Z0-9]{26}\\b`,
    ],
  },
  {
    name: "vendor_token",
    shapes: [
      "SG\\.[A-Za-z0-9=_-]{1,60}\\.[A-Za-z0-9=_.-]{16,}",
      "SG\\.[A-Za-z0-9=_.-]{66}",
      "(?:SK|AC)(?:[0-9a-z]{32}|[0-9a-fA-F]{32})\\b",
      `(?:pub)?key-${HEX}{32}\\b`,
      "[0-9a-h]{32}-[0-9a-h]{8}-[0-9a-h]{8}\\b",
      `pat${WORD}{14}\\.${HEX}{64}`,
      `[0-2]/[0-9]{12,20}(?:/[0-9]{12,20})?:[0-9a-z]{32}\\b`,
      `[0-9]{15,16}(?:\\||%7C|%)${RUN}{27,40}`,
      `p8e-${RUN}{32}\\b`,
      `ATBB${WORD}{28,}`,
      `re_${WORD}{8}_${WORD}{20,}`,
      `rootly_${HEX}{64}`,
      `sgp_(?:(?:[0-9a-fA-F]{16}|local)_)?[0-9a-fA-F]{40}|sgp_${WORD}{64}`,
      `slk_${HEX}{64}`,
      `[pst]k\\.${WORD}{50,}\\.${RUN}{20,}`,
      "A{22}[A-Za-z0-9%]{80,}",
      `vc[pikra]_${WORD}{40,}`,
      `vtwn_${WORD}{20,}`,
      `waka_${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`,
      `zpka_${WORD}{28,}`,
      `ion_${WORD}{42}`,
      `persona_(?:sandbox|production)_${RUN}{20,}`,
      "00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{60,}",
      // RFC 8959.
      "secret-token:[A-Za-z0-9._~%!$*+=:@/-]{6,}",
      `xkeysib-${HEX}{64}-[A-Za-z0-9]{16}`,
      `xsmtpsib-${HEX}{64}-[A-Za-z0-9]{16}`,
      `EAA[MCB]${WORD}{100,}`,
      `AT[AC]TT3${RUN}{50,}={0,2}`,
      `lin_(?:api|oauth)_${WORD}{32,}`,
      `ntn_${WORD}{40,}`,
      `secret_${WORD}{43}\\b`,
      `PMAK-${HEX}{24}-${HEX}{34}`,
      `gl(?:sa|c)_[A-Za-z0-9_+/=]{32,}`,
      "eyJrIjoi[A-Za-z0-9+/=]{40,}",
      `NR(?:AK|JS|II|IQ|RA)-${RUN}{19,}`,
      `sntry[su]_[A-Za-z0-9_+/=]{40,}`,
      `figd_${RUN}{38,}`,
      `dt0[a-z][0-9]{2}\\.${WORD}{24}\\.${WORD}{64}`,
      `(?:api|sdk)-${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`,
      `pat-(?:na|eu)[0-9]-${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`,
      `fio-u-[A-Za-z0-9=_-]{64}`,
      `tfp_[A-Za-z0-9_.=-]{59}`,
      `rdme_[a-z0-9]{70}`,
      `pn[ub]_${WORD}{36}`,
      `CFPAT-${RUN}{43}`,
      `sm_(?:aat|pat|sat)_${WORD}{16}`,
      `s-s4t2(?:ud|af)-${HEX}{64}`,
      `aio_${WORD}{28}`,
      `squ_${HEX}{40}|sq[pa]_${HEX}{40}`,
      `phc_${WORD}{40,}|phx_${WORD}{40,}`,
      `sl\\.[A-Za-z0-9_=-]{130,}`,
    ],
  },
  {
    name: "azure_credential",
    shapes: ["[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}"],
    literal: "Q~",
  },
  {
    name: "telegram_token",
    shapes: [`[0-9]{5,16}:A${RUN}{34}\\b`],
    literal: ":A",
  },
  {
    name: "terraform_token",
    shapes: [`${WORD}{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}`],
    literal: ".atlasv1.",
  },
  {
    name: "mailchimp_key",
    shapes: [`${HEX}{32}-us[0-9]{1,2}\\b`],
    literal: "-us",
  },
  {
    name: "new_relic_key",
    shapes: [`[0-9a-z]{6}${HEX}{30}NRAL`],
    literal: "NRAL",
  },
  {
    name: "maxmind_key",
    shapes: [`${WORD}{6}_${WORD}{29}_mmk\\b`],
    literal: "_mmk",
  },
  {
    name: "webhook_url",
    shapes: [
      "[a-z0-9-]{1,63}\\.webhook\\.office\\.com/webhookb2/[A-Za-z0-9@/-]{40,}",
      "hooks\\.zapier\\.com/hooks/catch/[0-9]{1,12}/[A-Za-z0-9/]{5,}",
    ],
    literal: "hook",
  },
  {
    name: "infracost_key",
    shapes: [`ico-${WORD}{32}\\b`],
    collectorRe2: `\\bico-${withOneOf("[G-Zg-z]", "[0-9A-Fa-f]", 32)}\\b`,
    literal: "ico-",
    // All hexadecimal: the digest in the name of an icon's file.
    secretIn: (match) => (/[G-Zg-z]/.test(match.slice("ico-".length)) ? match : undefined),
  },
];
