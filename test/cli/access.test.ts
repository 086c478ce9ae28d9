/** Who looks at a trail is in a trail. */
import { appendFileSync, chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeJsonLine, toFlat } from "../../src/format/index.ts";
import { readJournal } from "../../src/read/index.ts";
import { askedTrail } from "../support/asked-trail.ts";
import { otelAudit } from "../support/command-trail.ts";
import { startCommand } from "../support/running-command.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Place {
  /** Has a journal. */
  readonly trail: string;
  /** For what is recorded of those who look. */
  readonly access: string;
  readonly env: Readonly<Record<string, string>>;
}

function place(): Place {
  const root = temporaryDirectory();
  const trail = join(root, "audit");
  const stream = "AbCdEfGhIjKlMnOp";
  mkdirSync(join(trail, "journal", stream), { recursive: true });
  writeFileSync(
    join(trail, "journal", stream, "1.jsonl"),
    askedTrail()
      .map((record) => `${encodeJsonLine(record)}\n`)
      .join(""),
  );
  return { trail, access: join(root, "access"), env: { XDG_STATE_HOME: join(root, "state") } };
}

async function accesses(directory: string): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind !== "record") continue;
    const { action_type: action, actor_id: actor, source, reason, details } = toFlat(entry.record);
    if (action === "audit_access") found.push({ actor, source, reason, ...details });
  }
  return found;
}

const WHO = { actor: userInfo().username, source: hostname() };

describe("an access", () => {
  test("is recorded in a directory of its own, and redacted", async () => {
    const { trail, access, env } = place();
    const { code, out } = otelAudit(
      ["query", "actor:ann", "password=hunter2", "-t", trail, "--purpose", "release review"],
      { ...env, AUDIT_ACCESS_DIR: access },
    );
    expect({ code, out }).toEqual({ code: 1, out: "" });
    otelAudit(["tail", "-n", "3", "-t", trail], { ...env, AUDIT_ACCESS_DIR: access });
    const found = await accesses(access);
    expect(found).toHaveLength(2);
    expect(found).toEqual(
      expect.arrayContaining([
        {
          ...WHO,
          reason: "release review",
          purpose: "release review",
          scope: "query actor:ann password=****",
          read_from: [trail],
          results_count: 0,
        },
        {
          ...WHO,
          reason: "not given",
          purpose: "not given",
          scope: "tail",
          read_from: [trail],
          results_count: 3,
        },
      ]),
    );
    expect(await accesses(trail)).toEqual([]);
  });

  test("is recorded in the trail itself where nothing else is said", async () => {
    const { trail, env } = place();
    expect(otelAudit(["query", "-t", trail, "--purpose", "curious"], env).code).toBe(0);
    expect(await accesses(trail)).toMatchObject([{ purpose: "curious", results_count: 9 }]);
    const { code, out } = otelAudit(
      ["query", "action:audit_access", "-t", trail, "-o", "json"],
      env,
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toHaveLength(1);
  });

  test("that nobody asks to record is none", async () => {
    const { trail, env } = place();
    expect(otelAudit(["query", "-t", trail], env).code).toBe(0);
    expect(await accesses(trail)).toEqual([]);
  });
});

describe("nothing is shown", () => {
  test("of a file, where there is nowhere to record it", () => {
    const { trail, env } = place();
    const file = join(trail, "journal/AbCdEfGhIjKlMnOp/1.jsonl");
    const { code, out, err } = otelAudit(["query", "-t", file, "--purpose", "curious"], env);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(
      "there is nowhere to record the access: set AUDIT_ACCESS_DIR to an audit directory",
    );
  });

  test("where it cannot be recorded", () => {
    const { trail, env } = place();
    const blocked = join(trail, "blocked");
    writeFileSync(blocked, "");
    const { code, out, err } = otelAudit(["query", "-t", trail], {
      ...env,
      AUDIT_ACCESS_DIR: join(blocked, "access"),
    });
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain("nothing is shown, because the access cannot be recorded in");
  });

  test("without a purpose, where the policy requires one", async () => {
    const { trail, env } = place();
    const policy = join(trail, "../audit.yaml");
    writeFileSync(policy, "version: 1\naccess: required\n");
    chmodSync(policy, 0o600);
    const required = { ...env, AUDIT_POLICY_FILE: policy };
    const { code, out, err } = otelAudit(["query", "-t", trail], required);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(`the audit policy says access: required (${policy}): give --purpose`);
    expect(otelAudit(["query", "-t", trail, "--purpose", "release"], required).code).toBe(0);
    expect(await accesses(trail)).toMatchObject([{ purpose: "release" }]);
  });
});

describe("a policy that lies with the trail counts wherever one asks from", () => {
  test.each([
    ["beside the audit directory", "../audit.yaml", ""],
    ["in it", "audit.yaml", ""],
    ["for one file of it", "../audit.yaml", "journal/AbCdEfGhIjKlMnOp/1.jsonl"],
  ])("%s", async (_, where, what) => {
    const { trail, env } = place();
    writeFileSync(join(trail, where), "version: 1\naccess: required\n", { mode: 0o600 });
    const other = join(trail, "../other.yaml");
    writeFileSync(other, "version: 1\n", { mode: 0o600 });
    const elsewhere = { ...env, AUDIT_POLICY_FILE: other };
    const asking = ["query", "-t", join(trail, what)];
    expect(otelAudit(asking, elsewhere)).toMatchObject({ code: 2, out: "" });
    const access = join(trail, "../access");
    const { code } = otelAudit([...asking, "--purpose", "x"], {
      ...elsewhere,
      AUDIT_ACCESS_DIR: access,
    });
    expect(code).toBe(0);
    expect(await accesses(access)).toMatchObject([{ purpose: "x" }]);
  });

  test.each([
    ["the directory", ""],
    ["a segment", "journal/AbCdEfGhIjKlMnOp/1.jsonl"],
  ])("also by a link to %s", (_, what) => {
    const { trail, env } = place();
    writeFileSync(join(trail, "../audit.yaml"), "version: 1\naccess: required\n", { mode: 0o600 });
    const link = join(temporaryDirectory(), "link");
    symlinkSync(join(trail, what), link);
    expect(otelAudit(["query", "-t", link], env)).toMatchObject({ code: 2, out: "" });
    const withAccess = { ...env, AUDIT_ACCESS_DIR: join(trail, "../access") };
    expect(otelAudit(["query", "-t", link, "--purpose", "x"], withAccess).code).toBe(0);
  });

  test("also by a directory that holds a link to a segment", () => {
    const { trail, env } = place();
    writeFileSync(join(trail, "../audit.yaml"), "version: 1\naccess: required\n", { mode: 0o600 });
    const directory = temporaryDirectory();
    symlinkSync(join(trail, "journal/AbCdEfGhIjKlMnOp/1.jsonl"), join(directory, "1.jsonl"));
    expect(otelAudit(["query", "-t", directory], env)).toMatchObject({ code: 2, out: "" });
  });

  test("also where only the link lies beside it", () => {
    const { trail, env } = place();
    const link = join(temporaryDirectory(), "link");
    symlinkSync(trail, link);
    writeFileSync(join(link, "../audit.yaml"), "version: 1\naccess: required\n", { mode: 0o600 });
    expect(otelAudit(["query", "-t", link], env)).toMatchObject({ code: 2, out: "" });
  });

  test("also where it cannot be understood", () => {
    const { trail, env } = place();
    writeFileSync(join(trail, "../audit.yaml"), "access: [", { mode: 0o600 });
    expect(otelAudit(["query", "-t", trail], env)).toMatchObject({ code: 2, out: "" });
  });

  test("and not where it says nothing of it", () => {
    const { trail, env } = place();
    writeFileSync(join(trail, "../audit.yaml"), "version: 1\n", { mode: 0o600 });
    expect(otelAudit(["query", "-t", trail], env).code).toBe(0);
  });
});

test.each([
  ["inspect", (trail: string) => ["inspect", "AbCdEfGhIjKlMnOp.2", trail], 1],
  ["quarantine list", (trail: string) => ["quarantine", "list", "-d", trail], 0],
  ["quarantine show", (trail: string) => ["quarantine", "show", "x.1", "-d", trail], 0],
])("%s shows nothing without a purpose, and records it", async (name, argsOf, count) => {
  const { trail, env } = place();
  writeFileSync(join(trail, "../audit.yaml"), "version: 1\naccess: required\n", { mode: 0o600 });
  const args = argsOf(trail);
  expect(otelAudit(args, env)).toMatchObject({ code: 2, out: "" });
  otelAudit([...args, "--purpose", "repair"], env);
  const found = await accesses(trail);
  expect(found).toMatchObject([{ purpose: "repair", results_count: count }]);
  expect(JSON.stringify(found)).toContain(`"scope":"${name}`);
});

test("tail -f records at its end how many came", async () => {
  const { trail, access, env } = place();
  const file = join(trail, "journal/AbCdEfGhIjKlMnOp/1.jsonl");
  const args = ["tail", "-f", "-n", "1", "-t", trail, "--columns", "record"];
  const { child, ended } = startCommand(args, { env: { ...env, AUDIT_ACCESS_DIR: access } });
  const more = askedTrail("OtherStreamAAAAA").map((record) => `${encodeJsonLine(record)}\n`);
  let out = "";
  const came = new Promise<void>((resolve) => {
    child.stdout?.on("data", (text: string) => {
      if (out === "") appendFileSync(file, more.slice(0, 3).join(""));
      out += text;
      if (out.includes("OtherStreamAAAAA.3")) resolve();
    });
  });
  await came;
  child.kill("SIGHUP");
  expect((await ended).code).toBe(130);
  const found = await accesses(access);
  expect(found).toHaveLength(2);
  expect(found).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ scope: "tail -f", results_count: 1 }),
      expect.objectContaining({ scope: "tail -f (what came)", results_count: 2 }),
    ]),
  );
});
