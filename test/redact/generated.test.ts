/**
 * Made-up cases, many and reproducible: names × notations × values that must go, and text about
 * secrets, code and ids that must stay. What one person tunes to by hand says little of the rest.
 */
import { describe, expect, it } from "vitest";
import { redact } from "../../src/redact/index.ts";

const NAMES = [
  "password",
  "db_password",
  "userPassword",
  "DB_PASS",
  "smtp_pass",
  "passphrase",
  "clientSecret",
  "SECRET_KEY_BASE",
  "api_key",
  "x-api-key",
  "theapikey",
  "access_token",
  "refreshToken",
  "GITHUB_TOKEN",
  "private_key",
  "signing-key",
  "aws_secret_access_key",
  "SNYK_KEY",
  "credentials",
  "secrete",
  "shared_access_key",
  "code_verifier",
] as const;

type Notation = (name: string, value: string) => string;

const NOTATIONS: Readonly<Record<string, Notation>> = {
  ini: (name, value) => `${name} = ${value}`,
  env: (name, value) => `export ${name}=${value}`,
  docker: (name, value) => `ENV ${name} ${value}`,
  properties: (name, value) => `app.${name}=${value}`,
  yaml: (name, value) => `- ${name}: ${value}`,
  "yaml block": (name, value) => `${name}: |\n  ${value}\nnext: 1`,
  json: (name, value) => JSON.stringify({ n: 1, [name]: value, m: 2 }),
  "json in json": (name, value) => JSON.stringify({ body: JSON.stringify({ [name]: value }) }),
  "json in json in json": (name, value) =>
    JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ [name]: value }) }) }),
  repr: (name, value) => `{'${name}': '${value}', 'n': 1}`,
  go: (name, value) => `${name} := "${value}"`,
  "go var": (name, value) => `var ${name} string = "${value}"`,
  typescript: (name, value) => `const ${name}: string = "${value}";`,
  ruby: (name, value) => `"${name}" => '${value}'`,
  "objective-c": (name, value) => `NSString *${name} = @"${value}";`,
  c: (name, value) => `char ${name}[32] = "${value}";`,
  define: (name, value) => `#define ${name} "${value}"`,
  php: (name, value) => `define('${name}', '${value}');`,
  bytes: (name, value) => `${name} = b"${value}"`,
  shell: (name, value) => `${name}=$'${value}'`,
  nginx: (name, value) => `${name} "${value}";`,
  fallback: (name, value) => `process.env.${name} ?? "${value}"`,
  comparison: (name, value) => `if (${name} !== "${value}") {`,
  "comparison, turned": (name, value) => `if ("${value}" == ${name}) {`,
  setter: (name, value) => `System.setProperty("${name}", "${value}")`,
  subscript: (name, value) => `os.environ["${name}"] = "${value}"`,
  keyword: (name, value) => `connect("h", ${name}="${value}", port=1)`,
  element: (name, value) => `<${name}>\n  ${value}\n</${name}>`,
  "add element": (name, value) => `<add key="${name}" value="${value}" />`,
  input: (name, value) => `<input name="${name}" type="text" value="${value}">`,
  entities: (name, value) => `{&quot;${name}&quot;:&quot;${value}&quot;}`,
  flag: (name, value) => `run --${name} ${value} --n 3`,
  "one dash": (name, value) => `run -${name} ${value} -n 3`,
  "flag with =": (name, value) => `run --${name}=${value}`,
  query: (name, value) => `GET /x?a=1&${name}=${value}&b=2 HTTP/1.1`,
  encoded: (name, value) => `next=${encodeURIComponent(`/x?${name}=${value}&b=2`)}`,
  connection: (name, value) => `Server=db;${name}=${value};Timeout=3`,
  libpq: (name, value) => `host=db ${name}=${value} user=app`,
  header: (name, value) => `curl -H "${name}: ${value}" http://h`,
  log: (name, value) => `level=info ${name}="${value}" ok=1`,
  list: (name, value) => JSON.stringify({ [name]: [value, `${value}2`] }),
};

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** mulberry32: small, seeded, the same on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SEED = 20_261_121;
const random = randomFrom(SEED);
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const LETTERS = `${LOWER}${LOWER.toUpperCase()}0123456789`;

function pick(from: string, count: number): string {
  return Array.from({ length: count }, () => from[Math.floor(random() * from.length)]).join("");
}

/** A word, a mixture, a long key: what people and machines choose. */
function values(): readonly string[] {
  return [
    `${pick(LOWER, 7)}${pick("23456789", 2)}`,
    `${pick(LETTERS, 6)}-${pick(LETTERS, 5)}!`,
    `Q${pick(LETTERS, 38)}7`,
  ];
}

describe(`values under telling names, seed ${SEED}`, () => {
  it.each(Object.entries(NOTATIONS))("%s", (_, notation) => {
    const leaked = NAMES.flatMap((name) =>
      values().flatMap((value) => {
        const text = notation(name, value);
        return textOf(redact(text)).includes(value) ? [text] : [];
      }),
    );
    expect(leaked).toEqual([]);
  });
});

const HEX = "0123456789abcdef";

/** Shapes by their documentation: a mark, and so many characters of an alphabet. */
const MARKED: Readonly<Record<string, () => string>> = {
  "access key of AWS": () => `AKIA${pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)}`,
  "session token of AWS": () => `IQoJb3JpZ2lu${pick(LETTERS, 120)}`,
  Airtable: () => `pat${pick(LETTERS, 14)}.${pick(HEX, 64)}`,
  Artifactory: () => `cmVmd${pick(LETTERS, 59)}`,
  Bitbucket: () => `ATBB${pick(LETTERS, 32)}`,
  Cloudflare: () => `v1.0-${pick(HEX, 24)}-${pick(HEX, 146)}`,
  Dynatrace: () => `dt0c01.${pick(LETTERS, 24)}.${pick(LETTERS, 64)}`,
  GitHub: () => `ghp_${pick(LETTERS, 36)}`,
  GitLab: () => `glpat-${pick(LETTERS, 20)}`,
  Harness: () => `pat.${pick(LETTERS, 22)}.${pick(LETTERS, 24)}.${pick(LETTERS, 20)}`,
  Infracost: () => `ico-${pick(LETTERS, 32)}`,
  MaxMind: () => `${pick(LETTERS, 6)}_${pick(LETTERS, 29)}_mmk`,
  "New Relic": () => `${pick(HEX, 36)}NRAL`,
  Pinecone: () => `pcsk_${pick(LETTERS, 60)}`,
  Resend: () => `re_${pick(LETTERS, 8)}_${pick(LETTERS, 24)}`,
  SendGrid: () => `SG.${pick(LETTERS, 22)}.${pick(LETTERS, 43)}`,
  Slack: () => `xoxb-${pick("123456789", 12)}-${pick(LETTERS, 24)}`,
  Sourcegraph: () => `sgp_local_${pick(HEX, 40)}`,
  Stripe: () => `rk_live_${pick(LETTERS, 24)}`,
  Supabase: () => `sb_secret_${pick(LETTERS, 31)}`,
  Tailscale: () => `tskey-auth-${pick(LETTERS, 12)}-${pick(LETTERS, 32)}`,
  Telegram: () => `${pick("123456789", 10)}:A${pick(LETTERS, 34)}`,
  Twilio: () => `SK${pick(HEX, 32)}`,
  Vault: () => `s.${pick(LETTERS, 12)}1a2B3${pick(LETTERS, 7)}`,
  "secret-token URI": () => `secret-token:${pick(LETTERS, 20)}`,
};

describe(`credentials with a mark, seed ${SEED}`, () => {
  it.each(Object.entries(MARKED))("%s", (_, make) => {
    const leaked = Array.from({ length: 20 }, make).flatMap((secret) =>
      [
        secret,
        `got ${secret} from it`,
        `x="${secret}"`,
        `https://h/p/${secret}?a=1`,
        `(${secret})`,
      ].filter((text) => textOf(redact(text)).includes(secret)),
    );
    expect(leaked).toEqual([]);
  });
});

const uuid = (): string => [8, 4, 4, 4, 12].map((length) => pick(HEX, length)).join("-");

const HARMLESS: Readonly<Record<string, () => string>> = {
  commit: () => `commit ${pick(HEX, 40)}`,
  digest: () => `sha256:${pick(HEX, 64)} pulled`,
  integrity: () => `"integrity": "sha512-${pick(LETTERS, 86)}=="`,
  uuid: () => `request ${uuid()} took 12 ms`,
  trace: () => `traceparent: 00-${pick(HEX, 32)}-${pick(HEX, 16)}-01`,
  pod: () => `trainer-${pick(HEX, 10)}-${pick(LOWER, 5)} is running`,
  time: () => `2026-11-${pick("12", 1)}${pick("0123456789", 1)}T05:00:00.${pick("0123456789", 6)}Z`,
  path: () => `/var/lib/data/${pick(LOWER, 8)}/part-${pick("0123456789", 5)}.parquet`,
  loss: () => `step=${pick("123456789", 4)} loss=0.${pick("0123456789", 4)} tokens=512`,
  "cache key": () => `cache_key=${pick(HEX, 32)}`,
  "row key": () => `partition_key: ${uuid()}`,
};

describe(`ids, digests and paths stay, seed ${SEED}`, () => {
  it.each(Object.entries(HARMLESS))("%s", (_, make) => {
    const changed = Array.from({ length: 50 }, make).filter((text) => redact(text) !== text);
    expect(changed).toEqual([]);
  });
});

describe("text and code about secrets stays", () => {
  it.each([
    'FATAL: password authentication failed for user "app"',
    "Failed password for invalid user admin from 10.0.0.1 port 22 ssh2",
    "error validating token: token is expired by 1h",
    "invalid token: signature is invalid",
    'MountVolume.SetUp failed for volume "x" : secret "creds" not found',
    "Enter passphrase for key '/root/.ssh/id_ed25519':",
    "pam_unix(sshd:auth): authentication failure; user=root",
    "Authorization: required",
    "auth=none method=GET",
    "cookies: enabled",
    "password: [FILTERED]",
    "apikey: REDACTED",
    "api_key=XXXXXXXXXXXX",
    "password: ${DB_PASSWORD}",
    "token: {{ vault.token }}",
    'curl -u "$USER:$PASS" http://h',
    "SELECT * FROM users WHERE password = ? AND token = $1",
    "UPDATE users SET password = :password WHERE id = :id",
    "CREATE TABLE users (id INT PRIMARY KEY, password VARCHAR(255) NOT NULL)",
    'String password = request.getParameter("password");',
    "const token = await getToken();",
    "self.password = password",
    "login(user=user, password=password, n=1)",
    'token = os.environ["TOKEN"]',
    'getpass.getpass("Password: ")',
    "target.token = source.token",
    "constructor(target: string, credentials: ChannelCredentials)",
    "token = Keyword.Type",
    "fetch(url, { credentials: 'same-origin' })",
    "PASS: test_login",
    "pass: 12, fail: 0",
    'private static final String PASSWORD_KEY = "password";',
  ])("%s", (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe("values whose name stands beside them", () => {
  const secret = "opensesame-9";
  it.each<[string, unknown]>([
    ["pair", { name: "password", value: secret }],
    ["capitals", { Key: "DB_PASSWORD", Value: secret }],
    ["change", { field: "password", old: secret, new: `${secret}!` }],
    ["change with values", { property: "secret", oldValue: secret, newValue: `${secret}!` }],
    ["change of a map", { password: { before: secret, after: `${secret}!` } }],
    ["patch", { op: "replace", path: "/user/password", value: secret }],
    ["attribute of OTLP", { key: "password", value: { stringValue: secret } }],
    ["attribute of LDAP", { attribute: "userPassword", values: [secret] }],
    ["raw headers", { rawHeaders: ["Host", "x", "X-Auth-Token", secret] }],
    ["header lines", { headers: [`X-Api-Key: ${secret}`] }],
    ["entries", { headers: [["x-api-key", secret]] }],
    ["arguments", { args: ["--token", secret] }],
    ["environment", { env: [`DB_PASSWORD=${secret}`, "A=b"] }],
    ["form", { body: `user=ann&password=${secret}` }],
    ["text of JSON", { body: JSON.stringify({ client: { apiKey: secret } }) }],
    ["brackets", { "users[0][password]": secret }],
  ])("%s", (_, value) => {
    expect(JSON.stringify(redact(value))).not.toContain(secret);
  });

  it.each<[string, unknown]>([
    ["a field without a value", { field: "password", message: "is required" }],
    ["a harmless name", { name: "max_tokens", value: "512" }],
    ["a change of something else", { field: "rate", old: "0.1", new: "0.01" }],
    ["a patch of something else", { op: "replace", path: "/user/rate", value: "x" }],
    ["headers of another name", { names: ["Host", "x", "X-Auth-Token", "yes"] }],
  ])("%s stays", (_, value) => {
    expect(redact(value)).toEqual(value);
  });
});

describe("what is secret only where it stands", () => {
  it.each([
    [
      'Authorization: Digest username="ann", realm="x", response="8ca523f5e950"\r\nHost: h',
      "Authorization: ****\r\nHost: h",
    ],
    ["mysql -uroot -phunter2 db", "mysql -uroot -p**** db"],
    ["sshpass -p hunter2 ssh h", "sshpass -p **** ssh h"],
    ["docker run -p 8080:80 x", "docker run -p 8080:80 x"],
    ["CREATE USER 'ann' IDENTIFIED BY 'hunter2'", "CREATE USER 'ann' IDENTIFIED BY '****'"],
    ["machine h login ann password hunter2", "machine h login ann password ****"],
    ["https://h/cb?code=Splx8OBeZQQYbYS6WxSbIA&state=x", "https://h/cb?code=****&state=x"],
    [
      "kind: Secret\ndata:\n  extra: YmFyCg==\nmetadata:\n  name: x",
      "kind: Secret\ndata:\n  extra: ****\nmetadata:\n  name: x",
    ],
    ["kind: ConfigMap\ndata:\n  extra: YmFyCg==", "kind: ConfigMap\ndata:\n  extra: YmFyCg=="],
  ])("%s", (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });

  it("the map of a Kubernetes Secret", () => {
    const secret = { kind: "Secret", metadata: { name: "x" }, data: { extra: "YmFyCg==" } };
    expect(redact(secret)).toEqual({ ...secret, data: { extra: "****" } });
    const map = { kind: "ConfigMap", data: { extra: "YmFyCg==" } };
    expect(redact(map)).toEqual(map);
  });
});
