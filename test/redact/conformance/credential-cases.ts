/** Credentials and personal numbers that their shape gives away. All are made up, or published as dummies. */
import { casesOf, type RedactionCase } from "./redaction-case.ts";

/** Letters and digits as a machine would make them up, and no two lengths of them a real secret. */
function run(length: number): string {
  return "x7Kq2Vb9Rt4Zp8Lw3Nc6".repeat(8).slice(0, length);
}
const HEX = "0123456789abcdef".repeat(8);
const JWT = `eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.${run(24)}`;

/** One text for each issuer or kind, with the credential in a sentence of its own. */
export const CREDENTIAL_CASES: readonly RedactionCase[] = [
  ...casesOf(
    "token",
    [
      ["aws key id", "AKIAIOSFODNN7EXAMPLE"],
      ["aws temporary key id", "ASIAIOSFODNN7EXAMPLE"],
      ["google api key", `AIza${run(35)}`],
      ["google client secret", `GOCSPX-${run(28)}`],
      ["github token", `ghp_${run(36)}`],
      ["github fine-grained", `github_pat_${run(60)}`],
      ["gitlab token", `glpat-${run(20)}`],
      ["slack bot", `xoxb-1234567890-${run(24)}`],
      ["stripe test key", `sk_test_${run(24)}`],
      ["webhook secret", `whsec_${run(32)}`],
      ["shopify", `shpat_${HEX.slice(0, 32)}`],
      ["model provider", `sk-ant-api03-${run(40)}`],
      ["model hub", `hf_${run(34)}`],
      ["npm", `npm_${run(36)}`],
      ["pypi", `pypi-AgE${run(60)}`],
      ["docker", `dckr_pat_${run(27)}`],
      ["vault", `hvs.${run(24)}`],
      ["old vault", `s.${run(24)}`],
      ["digitalocean", `dop_v1_${HEX.slice(0, 64)}`],
      ["databricks", `dapi${HEX.slice(0, 32)}`],
      ["sendgrid", `SG.${run(22)}.${run(43)}`],
      ["postman", `PMAK-${HEX.slice(0, 24)}-${HEX.slice(0, 34)}`],
      ["grafana", `glsa_${run(32)}_${HEX.slice(0, 8)}`],
      ["linear", `lin_api_${run(40)}`],
      ["sentry", `sntrys_${run(60)}`],
      ["telegram", `123456789:A${run(34)}`],
      ["mailchimp", `${HEX.slice(0, 32)}-us12`],
      ["cost estimates", `ico-${run(32)}`],
      ["azure client", `abc8Q~${run(34)}`],
      ["jwt", JWT],
    ].map(([name = "", token = ""]) => [name, `rotated ${token} this morning`, token]),
  ),
  ...casesOf("header", [
    ["bearer", "authorization: Bearer x7Kq2Vb9Rt4Zp8", "x7Kq2Vb9Rt4Zp8"],
    ["basic", "Authorization: Basic YW5uOmh1bnRlcjI=", "YW5uOmh1bnRlcjI="],
    ["basic without a name", "sent Basic YW5uOmh1bnRlcjI= to the proxy", "YW5uOmh1bnRlcjI="],
    ["own scheme", "Proxy-Authorization: Custom hunter2", "hunter2"],
    ["cookie", "Cookie: sid=x7Kq2Vb9; theme=dark", "x7Kq2Vb9"],
    ["set-cookie", "Set-Cookie: sessionid=x7Kq2Vb9; HttpOnly", "x7Kq2Vb9"],
    ["api key", "X-Api-Key: x7Kq2Vb9Rt4Z", "x7Kq2Vb9Rt4Z"],
    ["csrf", "X-CSRF-Token: x7Kq2Vb9Rt4Z", "x7Kq2Vb9Rt4Z"],
  ]),
  ...casesOf("url", [
    ["database", "postgres://ann:hunter2@db.example.org/runs", "hunter2"],
    ["queue without a user", "redis://:hunter2@cache.example.org:6379", "hunter2"],
    ["parameter", "GET /runs?access_token=x7Kq2Vb9Rt4Z&page=2", "x7Kq2Vb9Rt4Z"],
    ["encoded parameter", "next=%2Fruns%3Fapi_key%3Dx7Kq2Vb9Rt4Z%26page%3D2", "x7Kq2Vb9Rt4Z"],
    ["signed", `https://s.example.org/a?sig=${run(24)}&se=1`, run(24)],
    ["webhook", `https://hooks.slack.com/services/T000/B000/${run(24)}`, run(24)],
  ]),
  ...casesOf("command", [
    ["curl user", "curl -u ann:hunter2 https://example.org", "hunter2"],
    ["curl cookie", "curl -b sid=hunter2x https://example.org", "hunter2x"],
    ["mysql", "mysql -u ann -phunter2 runs", "hunter2"],
    ["sshpass", "sshpass -p hunter2 ssh ann@host", "hunter2"],
    ["sql", "CREATE USER ann IDENTIFIED BY 'hunter2'", "hunter2"],
    ["sql role", "ALTER ROLE ann WITH PASSWORD 'hunter2'", "hunter2"],
  ]),
  ...casesOf("private key", [
    ["whole", `-----BEGIN PRIVATE KEY-----\n${run(64)}\n-----END PRIVATE KEY-----`, run(64)],
    ["without its end", `-----BEGIN RSA PRIVATE KEY-----\n${run(64)}\n`, run(64)],
    [
      "openssh",
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${run(64)}\n-----END OPENSSH PRIVATE KEY-----`,
      run(64),
    ],
    [
      "putty",
      `PuTTY-User-Key-File-3: ssh-ed25519\n${run(64)}\nPrivate-MAC: ${HEX.slice(0, 64)}`,
      run(64),
    ],
  ]),
  ...casesOf("personal", [
    ["e-mail", "mail ann@example.org about it", "ann@example.org"],
    ["e-mail with a tag", "ann.b+runs@mail.example.co.uk", "ann.b+runs@mail.example.co.uk"],
    ["e-mail in brackets", "Ann <ann@example.com>", "ann@example.com"],
    ["e-mail of a domain that begins like a file", "ann@example.pngo.org", "ann@example.pngo.org"],
    ["e-mail of one who is almost git", "gita@example.org", "gita@example.org"],
    ["card", "paid with 4111 1111 1111 1111", "4111 1111 1111 1111"],
    ["card in one piece", "5555555555554444", "5555555555554444"],
    ["card with fifteen digits", "3782-822463-10005", "3782-822463-10005"],
    ["iban", "to DE89 3704 0044 0532 0130 00 today", "DE89 3704 0044 0532 0130 00"],
    ["iban with letters", "GB29NWBK60161331926819", "GB29NWBK60161331926819"],
    ["iban of the shortest kind", "NO93 8601 1117 947", "NO93 8601 1117 947"],
    ["iban in small letters", "gb29nwbk60161331926819", "gb29nwbk60161331926819"],
    ["social security", "ssn 078-05-1120", "078-05-1120"],
    ["social security in groups", "078 05 1120", "078 05 1120"],
  ]),
];
