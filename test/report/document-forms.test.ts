/** What every document promises, in every form. */
import { describe, expect, test } from "vitest";
import { documentHtml, REPORT_KINDS } from "../../src/report/index.ts";
import { csvOf, documentOf, markdownOf } from "../support/report-document.ts";
import { TEAM_EVENTS, type TrailEvent } from "../support/report-trail.ts";

describe.each(REPORT_KINDS)("the document about %s", (kind) => {
  const HOSTILE = `<script>document.title='x'</script>"'&<img src=x onerror=alert(1)>[l](http://x.org)|*`;
  const hostile = TEAM_EVENTS.map((event): TrailEvent => ({
    ...event,
    actor: HOSTILE,
    role: HOSTILE,
    permitted: false,
    error: HOSTILE,
    reason: HOSTILE,
    target: [HOSTILE, HOSTILE],
    outcome: event.outcome ?? HOSTILE,
    details: {
      ...event.details,
      [HOSTILE]: HOSTILE,
      before: { [HOSTILE]: HOSTILE },
      sample_ids: [HOSTILE],
      origins: [HOSTILE],
    },
    more: { ...event.more, "audit.impact": HOSTILE, "audit.authorization.id": HOSTILE },
  }));

  test("has no mark-up of a record in it", async () => {
    const frame = { title: HOSTILE, terms: [HOSTILE], readFrom: [HOSTILE] };
    const document = await documentOf(kind, { events: hostile, ...frame });
    const html = documentHtml(document);
    expect(html).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
    expect(html).toContain("&lt;script&gt;document.title=&#39;x&#39;&lt;/script&gt;");
    const markdown = markdownOf(document);
    // Of ours is only what parts links.
    expect(markdown.replaceAll("<!-- -->", "")).not.toMatch(/<[a-z!/]|(?<!\\)\[l|(?<!\\)`/i);
    expect(markdown).not.toContain("http://");
  });

  test("names nobody where it leaves the house", async () => {
    const document = await documentOf(kind, {
      isPseudonymous: true,
      readFrom: ["/home/ann/audit"],
    });
    const texts = [
      markdownOf(document),
      documentHtml(document),
      (await csvOf(document)).join("\n"),
    ];
    for (const text of texts) {
      expect(text).not.toMatch(/\b(ann|bob|carla|dora|tuner|scorer|10\.0\.0\.7)\b/i);
      expect(text).toMatch(/Person 1|Service 1|Agent 1/);
    }
  });

  test("leads from every link to something that is there", async () => {
    const html = documentHtml(await documentOf(kind));
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...html.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id ?? "");
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
    expect(links.length).toBeGreaterThan(3);
  });

  test("is whole where there is nothing", async () => {
    const document = await documentOf(kind, { events: [] });
    expect(document.facts).toContainEqual(["Records", "0"]);
    expect(documentHtml(document)).toContain("</html>");
    expect(await csvOf(document)).toHaveLength(1);
  });
});
