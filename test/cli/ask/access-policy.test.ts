/** A policy that says `access: required` counts for its trail, whatever links somebody reads it by. */
import { closeSync, mkdirSync, openSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeJsonLine } from "../../../src/format/index.ts";
import { askedTrail } from "../../support/asked-trail.ts";
import { otelAudit } from "../../support/command-trail.ts";
import { startCommand } from "../../support/running-command.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
const SEGMENT = join("journal", STREAM, "1.jsonl");
const REQUIRED = "version: 1\naccess: required\n";

interface Place {
  readonly trail: string;
  /** Of somebody who asks; empty. */
  readonly own: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A trail whose policy lies in it. */
function place(): Place {
  const root = temporaryDirectory();
  const [trail, own] = [join(root, "service", "audit"), join(root, "own")];
  mkdirSync(join(trail, "journal", STREAM), { recursive: true });
  mkdirSync(own);
  const lines = askedTrail().map((record) => encodeJsonLine(record));
  writeFileSync(join(trail, SEGMENT), `${lines.join("\n")}\n`);
  writeFileSync(join(trail, "audit_log.jsonl"), `${lines.join("\n")}\n`);
  writeFileSync(join(trail, "audit.yaml"), REQUIRED, { mode: 0o600 });
  return { trail, own, env: { XDG_STATE_HOME: join(root, "state") } };
}

function expectRefused(args: readonly string[], { env }: Pick<Place, "env">): void {
  const { code, out, err } = otelAudit(args, env);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain("the audit policy says access: required");
}

/** What somebody may put in a place of their own, and what they name then. */
type Way = (place: Place) => string;

const WAYS: Readonly<Record<string, Way>> = {
  "a link beside one that leads nowhere": ({ trail, own }) => {
    symlinkSync(join(trail, "audit_log.jsonl"), join(own, "a.jsonl"));
    symlinkSync("/nonexistent", join(own, "zzz.jsonl"));
    return own;
  },
  "a link to the journal": ({ trail, own }) => {
    symlinkSync(join(trail, "journal"), join(own, "journal"));
    return own;
  },
  "a link to the journal, which is named": ({ trail, own }) => {
    symlinkSync(join(trail, "journal"), join(own, "journal"));
    return join(own, "journal");
  },
  "a link to a stream": ({ trail, own }) => {
    mkdirSync(join(own, "journal"));
    symlinkSync(join(trail, "journal", STREAM), join(own, "journal", STREAM));
    return own;
  },
  "a link to a stream under another name": ({ trail, own }) => {
    symlinkSync(join(trail, "journal", STREAM), join(own, "other"));
    return join(own, "other");
  },
  "a link to a segment in a journal of their own": ({ trail, own }) => {
    mkdirSync(join(own, "journal", STREAM), { recursive: true });
    symlinkSync(join(trail, SEGMENT), join(own, SEGMENT));
    return own;
  },
  "a link in the middle of the path of a segment": ({ trail, own }) => {
    symlinkSync(join(trail, "journal"), join(own, "j"));
    return join(own, "j", STREAM, "1.jsonl");
  },
  "a link to what is above the trail": ({ trail, own }) => {
    symlinkSync(join(trail, ".."), join(own, "above"));
    return join(own, "above", "audit", "audit_log.jsonl");
  },
  "two dots behind a link": ({ trail, own }) => {
    symlinkSync(join(trail, "journal"), join(own, "j"));
    return `${own}/j/../audit_log.jsonl`;
  },
  "two dots behind a link to a directory": ({ trail, own }) => {
    symlinkSync(join(trail, "journal"), join(own, "j"));
    symlinkSync(`${own}/j/../audit_log.jsonl`, join(own, "a.jsonl"));
    return own;
  },
  "two dots behind a link, which the system takes otherwise than a text": ({ trail, own }) => {
    mkdirSync(join(own, "other", "above", "audit"), { recursive: true });
    mkdirSync(join(own, "other", "below"));
    symlinkSync("other/below", join(own, "j"));
    symlinkSync(join(trail, ".."), join(own, "above"));
    return `${own}/j/../above/audit`;
  },
  "a link to a link to a link": ({ trail, own }) => {
    symlinkSync(join(trail, "journal", STREAM), join(own, "one"));
    symlinkSync("one", join(own, "two"));
    symlinkSync("two/1.jsonl", join(own, "three.jsonl"));
    return own;
  },
  "a link to a journal that is a link": ({ trail, own }) => {
    const disk = join(trail, "../../disk");
    renameSync(join(trail, "journal"), disk);
    symlinkSync(disk, join(trail, "journal"));
    symlinkSync(join(trail, "journal"), join(own, "journal"));
    return own;
  },
  "a link to a view that is a link": ({ trail, own }) => {
    const disk = join(trail, "../../disk.jsonl");
    renameSync(join(trail, "audit_log.jsonl"), disk);
    symlinkSync("../../disk.jsonl", join(trail, "audit_log.jsonl"));
    symlinkSync(join(trail, "audit_log.jsonl"), join(own, "a.jsonl"));
    return own;
  },
  "a link to a trail that is a link, with the policy beside that": ({ trail, own }) => {
    const elsewhere = join(trail, "../../disk/audit");
    mkdirSync(join(elsewhere, ".."));
    renameSync(join(trail, "audit.yaml"), join(trail, "../audit.yaml"));
    renameSync(trail, elsewhere);
    symlinkSync(elsewhere, trail);
    symlinkSync(trail, join(own, "audit"));
    return join(own, "audit");
  },
};

const COMMANDS: readonly (readonly string[])[] = [
  ["query"],
  ["query", "--sql", "select * from records"],
  ["tail"],
  ["tail", "-f"],
  ["show", `${STREAM}.2`],
  ["summary"],
  ["summary", "--by", "actor"],
  ["stats"],
  ["history", "exp-1"],
  ["around", `${STREAM}.2`],
  ["explain", `${STREAM}.2`],
  ["reproduce"],
  ["report", "release"],
  ["export"],
  ["inspect", `${STREAM}.2`],
];

describe("nothing is shown without a purpose", () => {
  test.each(Object.entries(WAYS))("by %s", (_, way) => {
    const given = place();
    const path = way(given);
    expectRefused(["query", "-t", path], given);
    const access = { ...given.env, AUDIT_ACCESS_DIR: join(given.own, "../access") };
    const { code, out } = otelAudit(["query", "-t", path, "--purpose", "x"], access);
    // 4 where a link leads nowhere.
    expect([0, 4]).toContain(code);
    expect(out).toContain("ann changed learning_rate");
  });

  test.runIf(process.platform === "linux")("by an open file", () => {
    const given = place();
    const file = openSync(join(given.trail, "audit_log.jsonl"), "r");
    expectRefused(["query", "-t", `/proc/${process.pid}/fd/${file}`], given);
    closeSync(file);
  });

  test.each(COMMANDS.map((args) => [args.join(" "), args] as const))("by %s", (_, args) => {
    const given = place();
    symlinkSync(join(given.trail, "journal"), join(given.own, "journal"));
    symlinkSync("/nonexistent", join(given.own, "zzz.jsonl"));
    expectRefused([...args, "-t", given.own], given);
  });

  test.each([
    ["list", []],
    ["show", [`${STREAM}.2`]],
  ])("by quarantine %s", (name, ids) => {
    const given = place();
    mkdirSync(join(given.trail, "quarantine"));
    symlinkSync(join(given.trail, "quarantine"), join(given.own, "quarantine"));
    expectRefused(["quarantine", name, ...ids, "-d", given.own], given);
  });

  test("by a policy that is a link, and leads nowhere", () => {
    const given = place();
    renameSync(join(given.trail, "audit.yaml"), join(given.trail, "policy.yaml"));
    symlinkSync("/nonexistent", join(given.trail, "audit.yaml"));
    expectRefused(["query", "-t", given.trail], given);
  });
});

test("tail -f shows nothing of a trail that comes by a link while it runs", async () => {
  const { trail, own, env } = place();
  const stream = "OtherStreamAAAAA";
  mkdirSync(join(own, "journal", stream), { recursive: true });
  const lines = askedTrail(stream).map((record) => `${encodeJsonLine(record)}\n`);
  writeFileSync(join(own, "journal", stream, "1.jsonl"), lines.join(""));
  const args = ["tail", "-f", "-n", "1", "-t", own, "--columns", "record"];
  const { child, ended } = startCommand(args, { env });
  child.stdout?.once("data", () =>
    symlinkSync(join(trail, "journal", STREAM), join(own, "journal", STREAM)),
  );
  const { code, out, err } = await ended;
  expect({ code, out }).toEqual({ code: 2, out: `${stream}.12\n` });
  expect(err).toContain("the audit policy says access: required");
});

test("a link that leads nowhere requires nothing", () => {
  const { own, env } = place();
  symlinkSync("/nonexistent", join(own, "zzz.jsonl"));
  const lines = askedTrail().map((record) => `${encodeJsonLine(record)}\n`);
  writeFileSync(join(own, "own.jsonl"), lines.join(""));
  expect(otelAudit(["query", "-t", own], env).code).toBe(0);
});
