/**
 * What people do with the audit log of WeightsLab, done with ours: its jq and Python recipes, and its own
 * summary, say the same as our commands. AUDIT_REQUIRE=jq,python: they must run.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countTrail, EVERYTHING, parseQuery, sourcesOf } from "../../../src/read/index.ts";
import { newRoot, otelAudit, removeRoot } from "../../support/command-trail.ts";
import { canRunPython, runPython } from "../../support/python.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { weightslabPackage } from "../../support/weightslab.ts";

const root = newRoot();
afterAll(() => removeRoot(root));

/** A day at work: what the recipes look for, and what they must pass over. */
beforeAll(async () => {
  const audit = await createAudit({ directory: root, policy: { version: 1 } });
  const ann = { actor: "ann" } as const;
  for (const rate of [0.1, 0.01, 0.001])
    await audit.record({
      ...ann,
      action: "hp_change",
      target: { type: "experiment", id: "exp-1" },
      before: { learning_rate: rate },
      after: { learning_rate: rate / 10, batch_size: 32 },
      reason: 'the "loss" is flat\nsince é',
    });
  await audit.record({ ...ann, action: "pause", error: "already paused" });
  await audit.record({ ...ann, action: "resume" });
  await audit.record({
    ...ann,
    action: "checkpoint_restore",
    target: { type: "checkpoint", id: "ckpt_001" },
    details: { checkpoint_id: "ckpt_001" },
    error: "Checkpoint file not found",
  });
  await audit.deny({
    ...ann,
    action: "role_change",
    target: { type: "user", id: "bob" },
    after: { role: "admin" },
  });
  await audit.close();
});

/** Whether a program is there; a skip is said aloud, and is a failure where AUDIT_REQUIRE names it. */
function hasJq(): boolean {
  if ((process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("jq")) return true;
  if (spawnSync("jq", ["--version"]).status === 0) return true;
  console.warn("SKIPPED: no jq here; set AUDIT_REQUIRE=jq to make that a failure");
  return false;
}

function shell(command: string): string {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

/** What our command prints, as JSON. */
function query(...args: readonly string[]): unknown {
  const { code, out, err } = otelAudit(["query", "-t", root, "-o", "json", ...args]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out);
}

async function counts(field: string, ...terms: readonly string[]): Promise<Record<string, number>> {
  const wanted = terms.length === 0 ? EVERYTHING : parseQuery(terms);
  const counted = await countTrail(await sourcesOf([root]), wanted, [{ field }]);
  return Object.fromEntries(
    [...counted.counts.values()].map(({ values, records }) => [values[0] ?? "", records]),
  );
}

describe.skipIf(!hasJq())("jq", () => {
  test("counts operations by type", async () => {
    const lines = shell(`jq '.[] | .action_type' audit_log.json | sort | uniq -c`)
      .trimEnd()
      .split("\n");
    const theirs = Object.fromEntries(
      lines.map((line) => {
        const [count = "", name = ""] = line.trim().split(" ");
        return [JSON.parse(name) as string, Number(count)];
      }),
    );
    expect(await counts("action")).toEqual(theirs);
    expect(theirs).toEqual({
      hp_change: 3,
      pause: 1,
      resume: 1,
      checkpoint_restore: 1,
      role_change: 1,
    });
    const sql = "select action_type, count(*) as n from records group by all order by 1";
    expect(query("--sql", sql)).toEqual(
      Object.entries(theirs)
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([action_type, n]) => ({ action_type, n })),
    );
  });

  test("finds all failures", () => {
    const theirs = shell(`jq '.[] | select(.status == "failed")' audit_log.json | jq -s .`);
    expect(query("status:failed")).toEqual(JSON.parse(theirs));
    expect(JSON.parse(theirs)).toHaveLength(3);
  });

  test("extracts hyperparameter changes", () => {
    const theirs = shell(
      `jq '.[] | select(.action_type == "hp_change") | .details' audit_log.json | jq -s .`,
    );
    const ours = query("action:hp_change") as readonly { readonly details: unknown }[];
    expect(ours.map(({ details }) => details)).toEqual(JSON.parse(theirs));
    expect(ours).toHaveLength(3);
  });

  test("finds in what was exported what it finds in the view", () => {
    const file = join(temporaryDirectory(), "export.json");
    otelAudit(["export", "-t", root, "-o", "json", "--to", file]);
    const recipe = `jq -c '[.[] | select(.status == "failed") | .record_id] | sort'`;
    expect(shell(`${recipe} ${file}`)).toBe(shell(`${recipe} audit_log.json`));
  });
});

const RECIPE = `
import json
from pathlib import Path
with open(Path(".") / "audit_log.json", "r") as f:
    events = json.load(f)
hp_changes = [e for e in events if e["action_type"] == "hp_change"]
failures = [e for e in events if e["status"] == "failed"]
print(json.dumps({
    "hp_changes": [f"At {e['timestamp']}: {json.dumps(e['details'])}" for e in hp_changes],
    "failures": [f"FAILED {e['action_type']}: {e['error']}" for e in failures],
}))
`;

describe.skipIf(!canRunPython())("Python", () => {
  interface Row {
    readonly timestamp: string;
    readonly action_type: string;
    readonly details: unknown;
    readonly error: string | null;
  }

  test("lists hyperparameter changes and failures", () => {
    const { status, stdout, stderr } = spawnSync("python3", ["-c", RECIPE], {
      cwd: root,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const theirs = JSON.parse(stdout) as {
      readonly hp_changes: readonly string[];
      readonly failures: readonly string[];
    };
    const changes = query("action:hp_change") as readonly Row[];
    expect(theirs.hp_changes.map((line) => line.replace(/: .*/, ""))).toEqual(
      changes.map(({ timestamp }) => `At ${timestamp}`.replace(/: .*/, "")),
    );
    expect(
      theirs.hp_changes.map((line) => JSON.parse(line.slice(line.indexOf(": ") + 2)) as unknown),
    ).toEqual(changes.map(({ details }) => details));
    expect(theirs.failures).toEqual(
      (query("status:failed") as readonly Row[]).map(
        ({ action_type: action, error }) => `FAILED ${action}: ${error}`,
      ),
    );
  });

  test("WeightsLab's own summary counts the same in our view", async () => {
    const summary = runPython(
      [join(import.meta.dirname, "../../record/programs/source_logger.py")],
      {
        input: JSON.stringify({
          module: join(weightslabPackage(), "weightslab/backend/audit_logger.py"),
          directory: root,
          format: "json",
          calls: [],
        }),
      },
    );
    expect({
      total_events: (query() as readonly unknown[]).length,
      by_action_type: await counts("action"),
      by_status: await counts("status"),
    }).toEqual(JSON.parse(summary));
  });

  test.each(["json", "csv"])(
    "what WeightsLab's own logger wrote as %s is imported whole",
    (format) => {
      const theirs = temporaryDirectory();
      const calls = [
        {
          actionType: "hp_change",
          status: "success",
          details: { lr: 0.1, text: '=é "x",\n' },
          error: null,
        },
        {
          actionType: "my own, action",
          status: "failed",
          details: null,
          error: 'bad, "very"\r\nbad',
        },
        { actionType: "pause", status: "error", details: {}, error: "" },
      ];
      runPython([join(import.meta.dirname, "../../record/programs/source_logger.py")], {
        input: JSON.stringify({
          module: join(weightslabPackage(), "weightslab/backend/audit_logger.py"),
          directory: theirs,
          format,
          calls,
        }),
      });
      const trail = join(temporaryDirectory(), "audit");
      const env = { XDG_STATE_HOME: temporaryDirectory() };
      const ran = otelAudit(["import", join(theirs, `audit_log.${format}`), "--to", trail], env);
      expect(ran.err).toContain("3 of 3 entries");
      const { out } = otelAudit([
        "query",
        "-t",
        trail,
        "-o",
        "json",
        "--order",
        "oldest",
        "has:imported",
      ]);
      expect(JSON.parse(out)).toMatchObject([
        {
          action_type: "hp_change",
          status: "success",
          details: { lr: 0.1, text: '=é "x",\n' },
          error: null,
        },
        {
          action_type: "my own, action",
          status: "failed",
          details: {},
          error: 'bad, "very"\r\nbad',
        },
        { action_type: "pause", status: "failed", details: {}, error: null },
      ]);
    },
  );
});
