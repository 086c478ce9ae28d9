/** Documents in a real browser: nothing in them runs, everything arrives, and it fits a phone. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseQuery, sourcesOf } from "../../src/read/index.ts";
import {
  countRates,
  documentHtml,
  makeReport,
  ratesSvg,
  readMaterial,
  REPORT_KINDS,
  type ReportKind,
} from "../../src/report/index.ts";
import { TEAM_EVENTS, type TrailEvent, writeReportTrail } from "../support/report-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const BROWSER = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
const isRequired = (process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("chromium");
if (BROWSER === undefined && !isRequired) {
  process.stderr.write("\notel-audit: no Chromium here: documents in a browser are NOT TESTED\n\n");
}

/** Sets the title of the page, if anything of it runs. */
const HOSTILE = `<script>document.title="ran"</script><img src=x onerror='document.title="ran"'>"'><svg onload=document.title="ran">&lt;b&gt;`;

/** Runs the browser to its end; gives what it prints. */
function browse(file: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    BROWSER ?? "chromium",
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--hide-scrollbars",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${temporaryDirectory()}`,
      ...args,
      `file://${file}`,
    ],
    { encoding: "utf8", maxBuffer: 64 * 1024 * 1024, timeout: 180_000 },
  );
  if (status !== 0) throw new Error(`the browser ended with ${status}: ${stderr}`);
  return stdout;
}

async function pageOf(kind: ReportKind, events: readonly TrailEvent[]): Promise<string> {
  const directory = temporaryDirectory();
  writeReportTrail(directory, events);
  const query = parseQuery("");
  const material = await readMaterial(await sourcesOf([directory]), { kind, query });
  const document = makeReport(
    {
      kind,
      title: HOSTILE,
      zone: "UTC",
      terms: [],
      readFrom: [HOSTILE],
      madeAt: "2026-11-01T00:00:00.000000Z",
      hasPolicy: false,
    },
    material,
  );
  const file = join(temporaryDirectory(), "page.html");
  writeFileSync(file, documentHtml(document));
  return file;
}

const hostileEvents = TEAM_EVENTS.map((event): TrailEvent => ({
  ...event,
  actor: `${HOSTILE}ann`,
  reason: `${HOSTILE} and a word ${"x".repeat(3000)}`,
  details: { ...event.details, [HOSTILE]: HOSTILE },
}));

/** What a browser shows of it: text between tags, as it is read. */
function readText(dom: string): string {
  return dom
    .replaceAll(/<style>[^<]*<\/style>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

describe.skipIf(BROWSER === undefined && !isRequired)("in a browser", () => {
  test.each(REPORT_KINDS)("nothing of a record runs: %s", async (kind) => {
    const dom = browse(await pageOf(kind, hostileEvents), ["--dump-dom"]);
    expect(dom).toContain("<title>&lt;script&gt;");
    expect(dom).not.toMatch(/<script|<img|<svg/);
    const text = readText(dom);
    expect(text).toContain(HOSTILE);
    expect(text).toContain(`${HOSTILE}ann`);
  });

  test("its style holds, and it is no wider than a phone", async () => {
    const file = await pageOf("release", hostileEvents);
    // A page of ours around it can measure it: its own policy lets nothing run in it.
    const frame = join(temporaryDirectory(), "frame.html");
    const html = readFileSync(file, "utf8");
    writeFileSync(
      frame,
      `<!doctype html><iframe width="390" height="800"></iframe><output></output><script>
const page = document.querySelector("iframe");
page.onload = () => {
  const { scrollWidth } = page.contentDocument.documentElement;
  const { maxWidth } = page.contentWindow.getComputedStyle(page.contentDocument.querySelector("main"));
  document.querySelector("output").textContent = scrollWidth + " " + maxWidth;
};
page.srcdoc = ${JSON.stringify(html).replaceAll("<", String.raw`\u003c`)};
</script>`,
    );
    const dom = browse(frame, ["--dump-dom"]);
    expect(/<output>([^<]*)/.exec(dom)?.[1]).toBe("390 992px");
  });

  test("it prints", async () => {
    const file = await pageOf("decisions", TEAM_EVENTS);
    const pdf = join(temporaryDirectory(), "page.pdf");
    browse(file, [`--print-to-pdf=${pdf}`, "--no-pdf-header-footer"]);
    expect(readFileSync(pdf, "latin1").startsWith("%PDF-")).toBe(true);
  });

  test("a picture of rates is one, whatever a record says", async () => {
    const directory = temporaryDirectory();
    writeReportTrail(directory, hostileEvents);
    const sources = await sourcesOf([directory]);
    const rates = await countRates(sources, parseQuery(""), { by: "actor", zone: "UTC" });
    const file = join(temporaryDirectory(), "rates.svg");
    writeFileSync(file, ratesSvg(rates, HOSTILE));
    const dom = browse(file, ["--dump-dom"]);
    // Of what is no XML a browser says so instead.
    expect(dom).not.toMatch(/parsererror|<script|<img/);
    expect(readText(dom)).toContain(`${HOSTILE}ann`);
  });
});
