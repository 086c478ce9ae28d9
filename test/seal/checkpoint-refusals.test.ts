import { expect, test } from "vitest";
import { decodeCheckpoint } from "../../src/seal/checkpoint.ts";
import { headed, PLAIN, said, withLine, without } from "../support/plain-checkpoint.ts";

test.each<readonly [string, string, string]>([
  ["no line end", PLAIN.slice(0, -1), "its text has no line end"],
  ["nothing", "", "its text has no line end"],
  [
    "a later format, whatever else it says",
    `${said("format", "audit-checkpoint/2")}?\n`,
    'its format is "audit-checkpoint/2"; this version reads audit-checkpoint/1',
  ],
  ["no format", without("format"), "it does not say its format"],
  ["an empty line", withLine(""), '"" is no line of it'],
  ["a word alone", withLine("word"), '"word" is no line of it'],
  ["no value", withLine("word "), '"word " is no line of it'],
  ["a word in capitals", withLine("Word 1"), '"Word 1" is no line of it'],
  ["a space before it", withLine(" word 1"), '" word 1" is no line of it'],
  ["no word", withLine(" 1"), '" 1" is no line of it'],
  ["a word twice", withLine("state run"), "it says state twice"],
  ["an unknown word twice", `${withLine("later 1")}later 1\n`, "it says later twice"],
  ["the format twice", withLine("format audit-checkpoint/1"), "it says format twice"],
  [
    "another origin",
    headed(0, "example.com/AbCdEfGhIjKlMnOp"),
    'its origin is "example.com/AbCdEfGhIjKlMnOp"',
  ],
  ["a short stream", headed(0, "otel-audit/AbCdEfGh"), 'its origin is "otel-audit/AbCdEfGh"'],
  ["no stream", headed(0, "otel-audit/"), 'its origin is "otel-audit/"'],
  ["a root of 31 bytes", headed(2, Buffer.alloc(31).toString("base64")), "its root is no SHA-256"],
  ["a root of 33 bytes", headed(2, Buffer.alloc(33).toString("base64")), "its root is no SHA-256"],
  ["no base64", headed(2, "x"), "its root is no SHA-256"],
  ["no leaf", headed(1, "0"), 'its size is "0"'],
  ["a negative size", headed(1, "-1"), 'its size is "-1"'],
  ["a zero before the size", headed(1, "0300"), 'its size is "0300"'],
  ["2^53 leaves", headed(1, "9007199254740992"), 'its size is "9007199254740992"'],
  ["17 digits", headed(1, "90071992547409911"), 'its size is "90071992547409911"'],
  ["no size", headed(1, ""), 'its size is ""'],
  ["no number", without("number"), "it has no number"],
  ["number 0", said("number", "0"), "it has no number"],
  ["no digits", said("number", "two"), "it has no number"],
  ["no results", without("results"), "it does not say how many results it covers"],
  ["negative results", said("results", "-1"), "it does not say how many results it covers"],
  ["an unknown state", said("state", "new"), 'its state is "new"'],
  ["no state", without("state"), 'its state is "unknown"'],
  ...["time", "leaf", "key"].map(
    (word) =>
      [
        `no ${word}`,
        without(word),
        "it lacks its time, the version of its leaves, or its key",
      ] as const,
  ),
  ...["300", "301", "-1", "03", "x", "9007199254740992"].map(
    (begin) =>
      [
        `it begins at ${begin} of 300`,
        withLine(`begin ${begin}`),
        "it does not say where it begins",
      ] as const,
  ),
  ...[Buffer.alloc(31).toString("base64"), Buffer.alloc(33).toString("base64"), "x"].map(
    (hash) =>
      [
        `one before with the hash ${hash}`,
        `${without("previous")}previous ${hash}\n`,
        "the hash of the one before is no SHA-256",
      ] as const,
  ),
  ["calls without a method", withLine("calls 1 1"), '"calls 1 1" counts no calls'],
  ["calls without quotes", withLine("calls 1 1 a"), '"calls 1 1 a" counts no calls'],
  [
    "calls of no text",
    withLine('calls 1 1 "a" "b"'),
    '"calls 1 1 \\"a\\" \\"b\\"" counts no calls',
  ],
  ["calls with a zero before", withLine('calls 01 1 "a"'), '"calls 01 1 \\"a\\"" counts no calls'],
  [
    "recorded with a zero before",
    withLine('calls 1 01 "a"'),
    '"calls 1 01 \\"a\\"" counts no calls',
  ],
  [
    "2^53 calls",
    withLine('calls 9007199254740992 1 "a"'),
    '"calls 9007199254740992 1 \\"a\\"" counts no calls',
  ],
  ["a negative count", withLine('calls -1 1 "a"'), '"calls -1 1 \\"a\\"" counts no calls'],
  ["a custody that nobody knows", withLine("custody cloud"), 'its custody is "cloud"'],
  ["no resource", withLine("custody file"), "its resource is no map"],
  [
    "a resource that is a list",
    `${withLine("custody file")}resource []\n`,
    "its resource is no map",
  ],
  [
    "a resource that is null",
    `${withLine("custody file")}resource null\n`,
    "its resource is no map",
  ],
  [
    "a resource that is a text",
    `${withLine("custody file")}resource "a"\n`,
    "its resource is no map",
  ],
  [
    "a resource that is no JSON",
    `${withLine("custody file")}resource {\n`,
    "its resource is no map",
  ],
])("%s", (_name, text, why) => expect(decodeCheckpoint(text)).toBe(why));
