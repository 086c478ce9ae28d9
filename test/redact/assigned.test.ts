import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/redact/index.ts";

const { redactText } = createRedactor();

describe("values whose name gives them away", () => {
  it.each([
    ["password=hunter2", "password=****"],
    ["password = hunter2, next", "password = ****, next"],
    ["DB_PASSWORD: hunter2", "DB_PASSWORD: ****"],
    ['token := "abc123"', 'token := "****"'],
    ["api_key ::= 'abc'", "api_key ::= '****'"],
    ['"sentryToken" => "890a9d1f"', '"sentryToken" => "****"'],
    ['{"user":"ann","password":"hun\\"ter2","n":1}', '{"user":"ann","password":"****","n":1}'],
    ['"{\\"password\\":\\"hunter2\\",\\"n\\":1}"', '"{\\"password\\":\\"****\\",\\"n\\":1}"'],
    ['{"otp":287082,"n":1}', '{"otp":****,"n":1}'],
    ['{"authorization":["x y"]}', '{"authorization":["****"]}'],
    ["grant_type=x&client_secret=abc&scope=y", "grant_type=x&client_secret=****&scope=y"],
    ["host=db password=hunter2 user=app", "host=db password=**** user=app"],
    ["Server=db;Pwd=hunter2;Timeout=3", "Server=db;Pwd=****;Timeout=3"],
    ["a=1,password=x,b=2", "a=1,password=****,b=2"],
    ["run --api-key abc --n 3", "run --api-key **** --n 3"],
    ["run --password=abc --n 3", "run --password=**** --n 3"],
    ["Cookie: a=1; b=2\r\nHost: x", "Cookie: ****\r\nHost: x"],
    ["curl -H 'Authorization: Custom x y' http://h", "curl -H 'Authorization: ****' http://h"],
    ["<password>hunter2</password>", "<password>****</password>"],
    ['<add key="DbPassword" value="hunter2" />', '<add key="DbPassword" value="****" />'],
    ['setProperty("MY_TOKEN", "abc")', 'setProperty("MY_TOKEN", "****")'],
    ['var gcpToken string = "abc"', 'var gcpToken string = "****"'],
    ["API key: abc", "API key: ****"],
    ['password: "torn', 'password: "****'],
  ])("%s", (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
    expect(redactText(redacted)).toBe(redacted);
  });
});

describe("text about secrets", () => {
  it.each([
    "password: must contain at least 8 characters",
    "token: null, password: undefined",
    "max_tokens=4096 bos_token=<s>",
    'FATAL: password authentication failed for user "app"',
    "System.Private.CoreLib, PublicKeyToken=7cec85d7bea7798e",
    "PASSWORD_RESET_TIMEOUT=259200",
    "withCredentials([usernamePassword(credentialsId: 'id', passwordVariable: 'P')])",
    '"token_type":"example","expires_in":3600',
    "at 05:00:00 step: 3, loss=0.1 -> lr=0.01",
  ])("%s", (text) => {
    expect(redactText(text)).toBe(text);
  });
});
