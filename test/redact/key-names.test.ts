import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ruleOfKey } from "../../src/redact/key-names.ts";
import { notAfter, notEnding } from "../../src/redact/word-exceptions.ts";

describe("names of secrets", () => {
  it.each([
    [
      "key:password",
      "password Password db_password userPassword passwordHash password_confirmation PASSWORD2",
    ],
    [
      "key:password",
      "DATAWAREHOUSE_PASSWORD passwd MYSQL_PWD passphrase db_pass pass password_admin a.password",
    ],
    [
      "key:secret",
      "secret client_secret clientSecret secretKey SecretAccessKey secret_key_base warehouseSecret",
    ],
    [
      "key:token",
      "token access_token accessToken X-Auth-Token x-csrf-token csrftoken github_token id_token",
    ],
    ["key:token", "my__token robos_token bearerToken session_token TOKEN_2 access_tokens jwt"],
    [
      "key:api_key",
      "api_key apiKey x-api-key APIKEY private_key privateKey OPENAI_API_KEY signingKey",
    ],
    [
      "key:authorization",
      "Authorization proxy-authorization auth user_auth headers[authorization]",
    ],
    ["key:cookie", "cookie set-cookie Set_Cookie HTTP_COOKIE cookies"],
    ["key:credentials", "credentials my.credentials.value creds db_creds"],
    ["key:connection_string", "connectionString connection_string dsn"],
    ["key:one_time_code", "otp totp mfa_code recovery_codes"],
    ["key:personal_number", "ssn cvv card_number"],
  ])("%s: %s", (rule, names) => {
    for (const name of names.split(" ")) expect([name, ruleOfKey(name)]).toEqual([name, rule]);
  });
});

describe("names that only look like it", () => {
  it.each(
    (
      "max_tokens max_new_tokens token_endpoint token_type bos_token eosToken bos_token_id tokenizer tokens " +
      "num_input_tokens_seen nextPageToken next_token time_to_first_token PublicKeyToken secretary secretKeyRef " +
      "secretId imagePullSecrets has_secret automountServiceAccountToken PASSWORD_RESET_TIMEOUT password_policy " +
      "passwordVariable passwordless hasPassword SESSION_COOKIE_AGE CSRF_COOKIE_NAME credentialsId key primary_key " +
      "bucket_key key_length public_key keyword author authority authentication AUTH_USER_MODEL passes bypass " +
      "forward_pass compass sacred before after lr session_id audit.authorization.id messaging.kafka.message.key"
    ).split(" "),
  )("%s", (name) => {
    expect(ruleOfKey(name)).toBeUndefined();
  });
});

it("judges names of any length by their end, and remembers no long ones", () => {
  expect(ruleOfKey(`${"x".repeat(100_000)}_password`)).toBe("key:password");
  for (let count = 0; count < 10_000; count++) ruleOfKey(`field_${count}`);
  expect(ruleOfKey("password")).toBe("key:password");
});

describe("exceptions in RE2", () => {
  const words = ["bos", "eos", "use", "page", "next_page", "s"];
  const names = fc.string({ unit: fc.constantFrom(..."bosuepagnxt_-.1".split("")), maxLength: 12 });

  it("notAfter says the same as splitting a name", () => {
    const pattern = new RegExp(`${notAfter(words)}[_.\\-]*token$`, "i");
    fc.assert(
      fc.property(names, (name) => {
        const bare = name.replace(/[_.-]+$/, "");
        const isExcepted = words.some(
          (word) =>
            bare === word ||
            (bare.endsWith(word) && /[^a-z0-9]/.test(bare.at(-word.length - 1) ?? "")),
        );
        expect(pattern.test(`${name}token`)).toBe(!isExcepted);
      }),
    );
  });

  it("notEnding says the same as endsWith", () => {
    const pattern = new RegExp(`^[a-z0-9_.\\-]*${notEnding(words)}$`, "i");
    fc.assert(
      fc.property(names, (name) => {
        expect(pattern.test(name)).toBe(!words.some((word) => name.endsWith(word)));
      }),
    );
  });
});
