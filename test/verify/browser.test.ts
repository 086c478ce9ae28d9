/** `otel-audit/verify` in a real browser, as it is built: without Node, with Web Crypto. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";
import { createAudit } from "otel-audit";
import { verifyFiles } from "otel-audit/verify";
import { expect, onTestFinished, test } from "vitest";
import { listSegments, listStreams, segmentFile, streamDirectory } from "../../src/format/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ROOT = join(import.meta.dirname, "../..");
const BROWSER = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
const isRequired = (process.env["AUDIT_REQUIRE"] ?? "").split(",").includes("chromium");
if (BROWSER === undefined && !isRequired) {
  process.stderr.write(
    "\notel-audit: no Chromium here: verification in a browser is NOT TESTED\n\n",
  );
}

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};

/** No bundler, and no map of imports: it needs no package. The page hands back what it found. */
const PAGE = `<!doctype html><meta charset="utf-8"><script type="module">
const tell = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
addEventListener("unhandledrejection", ({ reason }) => tell({ error: String(reason) }));
addEventListener("error", ({ message }) => tell({ error: message }));
const { verifyInputs } = await import("/dist/verify/portable.js");
const data = await (await fetch("/journal.jsonl")).blob();
const { verdict, exitCode, records, findings } = await verifyInputs([{ name: "journal.jsonl", data }]);
await tell({ verdict, exitCode, records, findings });
</script>`;

/** Opens the page in a browser; resolves to what it found. */
async function verifyInBrowser(journal: string): Promise<unknown> {
  const result = Promise.withResolvers<unknown>();
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/result") {
      response.end();
      void text(request).then((said) => result.resolve(JSON.parse(said)));
      return;
    }
    const file = join(ROOT, normalize(path));
    const isFile = path.endsWith("js") && existsSync(file);
    const content =
      path === "/" ? PAGE : path === "/journal.jsonl" ? journal : isFile ? readFileSync(file) : "";
    response.setHeader(
      "content-type",
      path === "/" ? "text/html" : (TYPES[extname(path)] ?? "text/plain"),
    );
    response.end(content);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const browser = spawn(
    BROWSER ?? "chromium",
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${temporaryDirectory()}`,
      `http://127.0.0.1:${port}/`,
    ],
    { stdio: "ignore" },
  );
  const ended = once(browser, "exit");
  onTestFinished(() => void browser.kill("SIGKILL"));
  void ended.then(
    ([code]) => result.reject(new Error(`the browser ended with ${String(code)}`)),
    (error: unknown) => result.reject(error),
  );
  try {
    return await result.promise;
  } finally {
    browser.kill("SIGTERM");
    server.closeAllConnections();
    server.close();
  }
}

function journalOf(directory: string): string {
  return listStreams(directory)
    .flatMap((stream) =>
      listSegments(directory, stream).map((segment) =>
        readFileSync(join(streamDirectory(directory, stream), segmentFile(segment)), "utf8"),
      ),
    )
    .join("");
}

test.skipIf(BROWSER === undefined && !isRequired)(
  "a browser says of a trail what Node says, and finds a changed character",
  async () => {
    const directory = temporaryDirectory();
    const audit = await createAudit({ directory, format: "journal" });
    for (let at = 0; at < 600; at++)
      void audit.record({ action: "pause", actor: `ann ${at}`, details: { note: "\u2028 <é>" } });
    await audit.close();
    const honest = journalOf(directory);
    const { verdict, exitCode, records } = await verifyFiles([directory]);
    expect(verdict).toBe("verified");
    expect(await verifyInBrowser(honest)).toEqual({ verdict, exitCode, records, findings: [] });

    const lines = honest.split("\n");
    const at = lines.findIndex((line) => line.includes('"ann 300"'));
    const tampered = lines.with(at, (lines[at] ?? "").replace('"ann 300"', '"ann 301"')).join("\n");
    const id: unknown = (JSON.parse(lines[at] ?? "") as { readonly record_id: unknown }).record_id;
    expect(await verifyInBrowser(tampered)).toMatchObject({
      verdict: "tampered",
      exitCode: 1,
      findings: [{ code: "field_altered", record: id, line: at + 1, field: "audit_actor_id" }],
    });
  },
);
