/** A trail that names people in every place, and documents in which none of them is left. */
import { expect, test } from "vitest";
import {
  documentCsv,
  documentHtml,
  type ReportKind,
  REPORT_KINDS,
} from "../../src/report/index.ts";
import { documentOf, markdownOf } from "../support/report-document.ts";
import type { TrailEvent } from "../support/report-trail.ts";

/** Types of targets that are somebody, or a place. */
const TARGETS: readonly (readonly [type: string, id: string])[] = [
  ["patient", "pat-target"],
  ["Customer", "cust-target"],
  ["employee_id", "emp-target"],
  ["session", "sess-target"],
  ["host", "ws-target"],
  ["user account", "acc-target"],
];

const EVENTS: readonly TrailEvent[] = [
  // Before the documents begin.
  { at: "2026-11-01T13:00", action: "hp_change", details: { reviewer: "quentin" } },
  {
    at: "2026-11-10T13:00",
    action: "hp_change",
    actor: "ann.miller@corp.example",
    service: "svc-ann-host",
    reason: "quentin said so, and Bob Stone (bob.stone@corp.example); see svc-ann-host",
    details: {
      before: { owner: "rita", reviewers: { removed: ["sven.old"] } },
      after: { owner: "tess", reviewers: { added: ["sven.new"] } },
    },
    more: { "session.id": "sess-in-attribute", "enduser.id": "uma.u", "host.name": "ws-attribute" },
  },
  {
    at: "2026-11-10T13:01",
    action: "sample_discard",
    actor: "bob.stone",
    target: ["dataset", "d1"],
    reason: "lena.long and 4711 agree, so does Session sess-ann-0815",
    details: {
      sample_ids: ["s-1"],
      session_id: "sess-ann-0815",
      reviewers: ["carol.jones", { name: "xena.x" }, ["walt.w"]],
      reviewer: "erin.black",
      assignee: ["frank.white"],
      user_id: 4711,
      userIds: [815, 4712],
      author: "gina.green",
      created_by: "hank.hill",
      email: "ivy.ives@corp.example",
      assigned_to: "jack.jones",
      annotator: "kate.kay",
      host: "ws-ann-miller",
      annotators: { "lena.long": 3 },
      owner: { id: "yann.y", role: "admin" },
      note: "mail zoe@corp.example, from 10.9.8.7 and 2001:db8::17",
    },
  },
  {
    at: "2026-11-10T13:02",
    action: "user_delete",
    actor: "İlker Öz",
    target: ["user", "nina"],
    reason: "İlker Öz asked; İLKER ÖZ; I\u0307lker O\u0308z; nina_k did; NINA; user_nina",
  },
  {
    at: "2026-11-10T13:03",
    action: "permission_change",
    outcome: "denied",
    error: "login failed for olga.orr@corp.example from 10.1.2.3",
    target: ["user", "pia"],
    details: { after: { role: "admin" } },
    more: { "client.address": "10.0.0.7", "audit.authorization.by": "mona.moon" },
  },
  {
    at: "2026-11-10T13:04",
    action: "decision",
    actor: "gate",
    type: "service",
    target: ["decision", "p-1"],
    details: { decision_id: "p-1", output: "x", human_in_the_loop: true, reviewer: "dora.d" },
  },
  ...TARGETS.map((target): TrailEvent => ({
    at: "2026-11-10T13:05",
    action: "note_write",
    target,
    reason: `asked by ${target[1]}`,
  })),
];

const NAMES =
  "quentin ann.miller corp.example svc-ann-host rita sven.old sven.new tess sess-in-attribute uma.u ws-attribute bob.stone lena.long 4711 4712 815, sess-ann-0815 carol.jones xena.x walt.w erin.black frank.white gina.green hank.hill ivy.ives jack.jones kate.kay ws-ann-miller yann.y zoe 10.9.8.7 2001:db8::17 ilker i\u0307lker Öz nina olga.orr 10.1.2.3 pia 10.0.0.7 mona.moon dora.d"
    .split(" ")
    .concat(TARGETS.map(([, id]) => id));

const plain = (text: string): string => text.replaceAll("\\", "").normalize("NFC").toLowerCase();
const options = { events: EVENTS, from: "2026-11-05T00:00:00.000000Z" } as const;

async function formsOf(kind: ReportKind, isPseudonymous: boolean): Promise<readonly string[]> {
  const document = await documentOf(kind, { ...options, isPseudonymous, title: "For nina" });
  let csv = "";
  for await (const line of documentCsv(document)) csv += `${line}\n`;
  return [markdownOf(document), documentHtml(document), csv].map(plain);
}

test.each(REPORT_KINDS)("a document of kind %s names nobody", async (kind) => {
  for (const form of await formsOf(kind, true))
    expect(NAMES.filter((name) => form.includes(plain(name)))).toEqual([]);
});

test("each of them would be there", async () => {
  const forms = await Promise.all(REPORT_KINDS.map((kind) => formsOf(kind, false)));
  const all = forms.flat().join("\n");
  const inNoField = ["sess-in-attribute", "uma.u", "ws-attribute", "815,", "ilker"];
  const missing = NAMES.filter((name) => !all.includes(plain(name)));
  expect(missing.filter((name) => !inNoField.includes(name))).toEqual([]);
});

test("the document says what it does not change", async () => {
  const document = await documentOf("release", { ...options, isPseudonymous: true });
  expect(document.facts.find(([name]) => name === "Names")?.[1]).toContain(
    "first names, nicknames and other words in reasons, errors and details that no field names are as they were recorded",
  );
  expect(markdownOf(document)).toContain("Bob Stone");
});
