import { describe, expect, test } from "vitest";
import { csvOf, documentOf, type Made, markdownOf, sectionOf } from "../support/report-document.ts";
import { reportId, TEAM_EVENTS, type TrailEvent } from "../support/report-trail.ts";

describe("a release", () => {
  test("tells what changed by person and setting, from the first value to the last", async () => {
    const changes = sectionOf(await documentOf("release"), "Changes, by person and setting");
    expect(changes).toContain(
      `### ann\n\n**Settings that ann changed: the first value and the last**`,
    );
    expect(changes).toContain(
      `| learning\\_rate | experiment exp-1 | 0.1 | 0.01 | 1 | ${reportId(1)} |`,
    );
    expect(changes).toContain("| tags | experiment exp-1 | removed: old | added: new | 1 |");
    // The one that was denied changed nothing.
    expect(changes).not.toContain("admin");
  });

  test("adds up a setting that was changed again", async () => {
    const change = (from: number, to: number, minute: number): TrailEvent => ({
      at: `2026-10-05T08:0${minute}`,
      action: "hp_change",
      details: { before: { rate: from }, after: { rate: to } },
    });
    const events = [change(1, 2, 1), change(2, 3, 2), change(3, 4, 3)];
    expect(
      sectionOf(await documentOf("release", { events }), "Changes, by person and setting"),
    ).toContain(`| rate |  | 1 | 4 | 3 | ${[1, 2, 3].map(reportId).join(", ")} |`);
  });

  test.each([
    ["Permissions, roles and users", [9, 10]],
    ["Checkpoints, snapshots and releases", [2, 8, 15, 16]],
    ["Denied attempts", [9]],
  ])("has a section of %s", async (heading, places) => {
    const ids = sectionOf(await documentOf("release"), heading).match(/RePoRt\w+\.\d+/g);
    expect(ids).toEqual(places.map(reportId));
  });

  test("has high impact first, then the rest by day; each record once", async () => {
    const document = await documentOf("release");
    expect(document.sections[0]?.heading).toBe("High-impact events");
    const rest = sectionOf(document, "Everything else, by day");
    expect(rest.match(/^### .*/gm)).toEqual([
      "### Monday, 2026-10-05",
      "### Tuesday, 2026-10-06",
      "### Friday, 2026-10-09",
      "### Sunday, 2026-10-11",
    ]);
    expect(document.events).toHaveLength(16);
    const full = markdownOf(document).match(/^- \*\*Record:\*\* .*/gm) ?? [];
    // The gap record stands under what is missing.
    expect(full).toHaveLength(17);
    expect(new Set(full).size).toBe(17);
  });

  test("says who, why, on whose approval, before and after", async () => {
    const high = sectionOf(await documentOf("release"), "High-impact events");
    for (const text of [
      "- **Who:** tuner \\(agent\\) for ann",
      "- **Approval:** TICKET-7 by carla",
      "- **Reason:** stands in for tom",
      "| role | annotator | trainer |",
      "- **Outcome:** denied",
    ])
      expect(high).toContain(text);
  });

  test("says what is missing, and that nobody verified", async () => {
    const document = await documentOf("release");
    const missing = sectionOf(document, "What is missing");
    expect(missing).toContain("12 records were lost: cannot write the journal: ENOSPC");
    expect(missing).toContain("1 gap record: 12 events were lost.");
    expect(document.facts).toContainEqual(["Missing", "1 gap record: 12 events were lost"]);
    expect(sectionOf(document, "Verification")).toContain("was not verified for this document");
  });

  test("counts roles apart from people", async () => {
    const roles = sectionOf(await documentOf("release"), "Roles");
    expect(roles).toContain("| annotator | permission\\_change | denied | 1 |");
    expect(roles).not.toContain("bob");
  });

  test("holds roles against a policy", async () => {
    const isPermitted = (role: string | undefined, action: string): boolean =>
      role === "annotator" && action !== "sample_discard";
    const roles = sectionOf(await documentOf("release", { isPermitted }), "Roles");
    expect(roles).toContain("| annotator | sample\\_discard | success | 2 |");
  });

  test.each([
    [
      "nobody judged any of them",
      [{ role: "owner" }, { role: "annotator" }, {}],
      undefined,
      "Not judged: none of 2 records with a role says whether that role may do this; --policy FILE holds them against the roles of an audit policy.",
    ],
    [
      "some of them say it",
      [{ role: "owner", permitted: true }, { role: "annotator" }, { role: "annotator" }],
      undefined,
      "No role that was judged did what the policy does not let it do. As the records say of themselves: of 3 records with a role, 1 says whether that role may do this. The other 2 are not judged; --policy FILE",
    ],
    [
      "all of them say it",
      [{ role: "owner", permitted: true }, {}],
      undefined,
      "No role did what the policy does not let it do. As the records say of themselves.",
    ],
    ["no record names a role", [{}], undefined, "Not judged: no record names a role."],
    [
      "the policy knows none of the roles",
      [{ role: "owner" }],
      "annotator",
      "Not judged: none of 1 record with a role says whether that role may do this, and the policy that was given knows none of their roles.",
    ],
    [
      "the policy knows one of two",
      [{ role: "owner" }, { role: "annotator" }],
      "annotator",
      "No role that was judged did what the policy does not let it do. Held against what the records say of themselves, and against the roles of the policy that was given; 1 of 2 records with a role is not judged: neither says anything of those.",
    ],
  ] as const)("clears no role that nobody judged: %s", async (_, roles, known, said) => {
    const events = roles.map((role) => ({ at: "2026-10-05T09", action: "pause", ...role }));
    const isPermitted =
      known === undefined ? undefined : (role?: string) => role === known || undefined;
    const section = sectionOf(await documentOf("release", { events, isPermitted }), "Roles");
    expect(section.replaceAll("\n", " ")).toContain(said);
  });

  test("sends to permitted: only for what the records say themselves", async () => {
    const events = [
      { at: "2026-10-05T09", action: "pause", role: "owner", permitted: false },
      { at: "2026-10-05T10", action: "resume", role: "annotator, reviewer" },
    ];
    const hintOf = async (made: Made): Promise<string | undefined> =>
      /To look at them: .*/.exec(sectionOf(await documentOf("release", made), "Roles"))?.[0];
    expect(await hintOf({ events })).toBe(
      "To look at them: otel-audit query permitted:false, or a role and an action as in role:owner action:pause",
    );
    const isPermitted = (): boolean => false;
    expect(await hintOf({ events, isPermitted })).toBe(
      'To look at them: otel-audit query permitted:false for what the records say themselves; for what the policy says, a role and an action as in role:"annotator, reviewer" action:resume',
    );
    expect(await hintOf({ events: events.slice(1), isPermitted })).toBe(
      'To look at them: otel-audit query with a role and an action as in role:"annotator, reviewer" action:resume',
    );
  });

  test("is of its period, which ends before its end", async () => {
    const document = await documentOf("release", {
      from: "2026-10-05T08:05:00.000000Z",
      until: "2026-10-06T09:30:00.000000Z",
    });
    expect(document.events.map(({ id }) => id)).toEqual([2, 3].map(reportId));
    expect(document.facts).toContainEqual([
      "Period",
      "2026-10-05 08:05 +00:00 until 2026-10-06 09:30 +00:00 (not included)",
    ]);
  });

  test("has nothing of who looked at the trail, unless that is asked for", async () => {
    const look: TrailEvent = {
      at: "2026-10-12T08:00",
      action: "audit_access",
      reason: "meeting",
      details: { scope: "report release" },
    };
    const events = [...TEAM_EVENTS, look, { ...look, error: "no" }];
    const document = await documentOf("release", { events });
    expect(document.facts).toContainEqual(["Records", "16, which stand for 19 events"]);
    expect(document.facts).toContainEqual(["Left out", expect.stringMatching(/^2 records of who/)]);
    const incident = await documentOf("incident", { events });
    expect(incident.facts).toContainEqual(["Left out", expect.stringMatching(/^1 record of who/)]);
    const asked = await documentOf("release", { events, query: "action:audit_access" });
    expect(asked.facts).toContainEqual(["Records", "2"]);
    expect(asked.facts.map(([name]) => name)).not.toContain("Left out");
  });

  test("says how many it cannot hold", async () => {
    const document = await documentOf("release", { limit: 3 });
    expect(document.events).toHaveLength(6);
    expect(sectionOf(document, "What is missing")).toContain("not listed: 10 of 16 records");
  });
});

describe("an incident", () => {
  test("has what went wrong, and what came before each", async () => {
    const document = await documentOf("incident");
    expect(document.events.map(({ id }) => id)).toEqual([8, 9, 17].map(reportId));
    const [failed, denied] = document.events;
    expect(failed?.related[0]?.events.map(({ id, why }) => [id, why])).toEqual([
      [reportId(5), "same actor"],
      [reportId(6), "same trace"],
      [reportId(7), "same trace"],
    ]);
    // The last event of bob is more than a day older.
    expect(denied?.related[0]).toEqual({ title: "Nothing came before it", events: [] });
  });

  test("takes the last five, and nothing that came later", async () => {
    const events: TrailEvent[] = Array.from({ length: 9 }, (_, index) => ({
      at: `2026-10-05T08:0${index}`,
      action: "pause",
      ...(index === 7 ? { error: "no" } : {}),
    }));
    const [failed] = (await documentOf("incident", { events })).events;
    expect(failed?.related[0]?.events.map(({ id }) => id)).toEqual([3, 4, 5, 6, 7].map(reportId));
  });

  test("takes neither who looked at the trail nor what was imported for what led to it", async () => {
    const imported = { "audit.import.file.name": "old.json" };
    const events: readonly TrailEvent[] = [
      { at: "2026-10-05T08:00", action: "pause" },
      { at: "2026-10-05T08:01", action: "audit_access", details: { scope: "summary" } },
      { at: "2026-10-05T08:02", action: "pause", more: imported },
      { at: "2026-10-05T08:03", action: "pause", error: "no" },
      { at: "2026-10-05T08:04", action: "pause", error: "no", more: imported },
    ];
    const { events: all } = await documentOf("incident", { events });
    const before = all.map(({ id, related }) => [
      id,
      related.flatMap((one) => one.events.map((event) => event.id)),
    ]);
    // Nor did anything lead to what is imported: it stands at the time of its import.
    expect(before).toEqual([
      [reportId(4), [reportId(1)]],
      [reportId(5), []],
    ]);
  });

  test("takes nobody for an actor", async () => {
    const events = ["a", "b"].map((id, index): TrailEvent => {
      return {
        at: `2026-10-05T08:0${index}`,
        action: "pause",
        actor: "anonymous",
        error: "no",
        target: ["x", id],
      };
    });
    const { events: all } = await documentOf("incident", { events });
    expect(all[1]?.related[0]?.events).toEqual([]);
  });
});

describe("exclusions", () => {
  test.each([
    ["By reason", "| blurred | 1 | 3 | 0 | 0 |"],
    ["no reason", "| \\(no reason given\\) | 1 | 1 | 0 | 0 |"],
    ["By actor", "| bob | 2 | 4 | 0 | 0 |"],
    ["restores", "| ann | 0 | 0 | 1 | 1 |"],
    ["By origin", "| train | 2 | 3 | 0 | 0 |"],
  ])("are counted: %s", async (_, row) =>
    expect(sectionOf(await documentOf("exclusions"), "How many, by whom, why")).toContain(row),
  );

  test("name what is still out at the end, and what has no reason", async () => {
    const document = await documentOf("exclusions");
    const out = sectionOf(document, "Left out at the end of the period");
    expect(out.match(/^\| (s\d) /gm)).toEqual(["| s1 ", "| s3 ", "| s4 "]);
    expect(sectionOf(document, "Without a reason")).toContain(reportId(4));
  });

  test("that failed are listed, not counted; long lists count as long as they were", async () => {
    const events: TrailEvent[] = [
      {
        at: "2026-10-05T08:00",
        action: "sample_discard",
        error: "no",
        details: { sample_ids: ["a"] },
      },
      {
        at: "2026-10-05T08:01",
        action: "sample_discard",
        reason: "old",
        details: { sample_ids: ["b"], sample_ids_count: 500 },
      },
      {
        at: "2026-10-05T08:02",
        action: "sample_discard",
        details: { reason: "said in an old log", samples_affected: 2 },
      },
      { at: "2026-10-05T08:03", action: "sample_discard", target: ["sample", "z"], reason: "old" },
    ];
    const document = await documentOf("exclusions", { events });
    const counts = sectionOf(document, "How many, by whom, why");
    expect(counts).toContain("1 other did not succeed");
    expect(counts).toContain("| old | 2 | 501 | 0 | 0 |");
    expect(counts).toContain("| said in an old log | 1 | 2 | 0 | 0 |");
    expect(sectionOf(document, "Left out at the end of the period")).toContain("501 more");
  });

  test("are rows of CSV for others", async () => {
    const [header, first] = await csvOf(await documentOf("exclusions"));
    expect(header).toContain(",samples,sample_ids,origins,imported,what");
    expect(first).toContain(",3,s1 s2 s3,train train val,");
  });
});

describe("decisions", () => {
  test("stand apart by whether a person took part, overrides beside them", async () => {
    const document = await documentOf("decisions");
    const automated = sectionOf(document, "Decided automatically");
    expect(automated).toContain("loan-1");
    expect(automated).not.toContain("loan-2");
    expect(automated).toContain("**Set aside by**");
    expect(automated).toContain(reportId(14));
    expect(sectionOf(document, "Decided by a person, or with one")).toContain(
      "| reviewer | dora |",
    );
    expect(sectionOf(document, "How many")).toContain("| 7 | 1 | 1 | 1 |");
  });

  test("say on what they rest", async () => {
    const automated = sectionOf(await documentOf("decisions"), "Decided automatically");
    for (const row of [
      "| confidence | 0.71 |",
      "| threshold | 0.7 |",
      "| rationale.income | low |",
      "| policy\\_overrides | \\(none\\) |",
    ])
      expect(automated).toContain(row);
  });

  test("tell of overrides whose decision is elsewhere", async () => {
    const events = TEAM_EVENTS.filter(({ action }) => action === "decision_override");
    const counts = sectionOf(await documentOf("decisions", { events }), "How many");
    expect(counts).toContain("stand elsewhere: 1");
  });
});
