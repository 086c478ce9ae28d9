/**
 * The shapes of credentials that carry the mark of who issued them.
 *
 * In RE2 syntax, one family per issuer or kind. Each shape starts at a word boundary, and what
 * follows an unbounded run is optional: every match then consumes what it looked at, so that no
 * hostile text is read twice.
 */

/** A family of credentials with a mark of their own. */
export interface TokenFamily {
  readonly name: string;
  /** RE2 texts, each without a group that captures. */
  readonly shapes: readonly string[];
  /** Stands in each, where the shapes do not start with a mark. */
  readonly literal?: string;
}

const RUN = "[A-Za-z0-9_-]";
const WORD = "[A-Za-z0-9]";
const HEX = "[0-9a-f]";

/** Credentials that are known by their first letters, by family. */
export const TOKEN_FAMILIES: readonly TokenFamily[] = [
  {
    name: "aws_credential",
    shapes: [`(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\\b`, `ABSK[A-Za-z0-9+/]{40,}={0,2}`],
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
      `EAAA${RUN}{56,}`,
      `(?:access|public)-(?:sandbox|production|development)-${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`,
      "access_token\\$(?:production|sandbox)\\$[0-9a-z]{16}\\$[0-9a-f]{32}",
      `FLW(?:PUB|SEC)K_?(?:TEST)?-${HEX}{12,}`,
      `EZ[AT]K${WORD}{54,}`,
      `shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}`,
      `shippo_(?:live|test)_${HEX}{40}`,
      `duffel_(?:test|live)_[A-Za-z0-9_=-]{40,}`,
      `live_${RUN}{40}\\b`,
    ],
  },
  {
    name: "ai_api_key",
    shapes: [
      `sk-(?:ant|proj|svcacct|admin|or|None|lf)-${RUN}{16,}`,
      `sk-${WORD}{20,}`,
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
      `AKC[a-zA-Z0-9]{40,}`,
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
      `nfp_${WORD}{36}`,
      `sbp_${HEX}{40}`,
      `AQVN${RUN}{35,38}\\b`,
      "t1\\.[A-Z0-9a-z_-]{100,}={0,2}",
      `YC${RUN}{38}\\b`,
      `tk-us-${RUN}{48}`,
      `ops_eyJ[A-Za-z0-9+/]{100,}={0,3}`,
      "A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
      "AGE-SECRET-KEY-1[0-9A-Z]{58}",
      `API-[A-Z0-9]{26}\\b`,
    ],
  },
  {
    name: "vendor_token",
    shapes: [
      `SG\\.${RUN}{16,32}\\.${RUN}{16,}`,
      `SK${HEX}{32}\\b`,
      `key-${HEX}{32}\\b`,
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
      "dt0c01\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}",
      `(?:api|sdk)-${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`,
      `pat-(?:na|eu)[0-9]-${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`,
      `fio-u-${RUN}{64}`,
      `tfp_[A-Za-z0-9_.=-]{59}`,
      `rdme_[a-z0-9]{70}`,
      `pnu_${WORD}{36}`,
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
    shapes: [`[0-9]{8,10}:AA${RUN}{33}`],
    literal: ":AA",
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
];
