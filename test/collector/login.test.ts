/**
 * The overlays with a login, on the real Collector and to a real VictoriaLogs: behind a proxy that wants a certificate and
 * a header, and with its own -httpAuth. Needs openssl.
 */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { buildCollector, buildVictoriaLogs } from "../../collector-config/build/build.ts";
import { type Authority, createAuthority, isOpensslMissing } from "../support/certificates.ts";
import { postRecords, resultIds, resultRecord } from "../support/posted-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { eventually } from "./child-process.ts";
import { BUILD_TIMEOUT_MILLIS, startCollector, whyNoCollector } from "./collector-process.ts";
import { startVictoriaLogs } from "./victoria-logs-process.ts";

const why = isOpensslMissing() ? "SKIPPED, NOT TESTED: no openssl" : whyNoCollector();
if (why !== undefined) process.stderr.write(`\notel-audit: test/collector/login: ${why}\n\n`);

const LOGIN = "Bearer a-token-of-tests";

/** Passes on what comes with a certificate of the authority and with the login; counts the rest. */
async function startProxy(
  authority: Authority,
  target: string,
): Promise<{ readonly endpoint: string; readonly refused: () => number }> {
  let refused = 0;
  const { key, cert } = authority.issue("/CN=backend", ["DNS.1 = localhost", "IP.1 = 127.0.0.1"]);
  const server = createServer(
    { key, cert, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      if (request.headers.authorization !== LOGIN) {
        refused++;
        request.resume();
        response.writeHead(401).end();
        return;
      }
      const { method, headers, url = "" } = request;
      const passed = httpRequest(new URL(url, target), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(passed);
    },
  ).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { pathname } = new URL(target);
  return { endpoint: `https://127.0.0.1:${port}${pathname}`, refused: () => refused };
}

/** A directory with the login for each overlay. */
function loginDirectory(login: string): string {
  const directory = join(temporaryDirectory(), "login");
  mkdirSync(directory);
  for (const name of ["otlp", "victorialogs"])
    writeFileSync(join(directory, name), login, { mode: 0o600 });
  return directory;
}

const idsQuery = '* | fields "audit.record.id"';

describe.skipIf(why !== undefined)("a backend that asks who is there", () => {
  beforeAll(async () => {
    await buildCollector();
    await buildVictoriaLogs();
  }, BUILD_TIMEOUT_MILLIS);

  test.each([
    ["otlp", "AUDIT_OTLP_BACKEND"],
    ["victorialogs", "AUDIT_VICTORIALOGS"],
  ])(
    "gets the records of %s.yaml with its certificate and login, and none without",
    async (name, variable) => {
      const authority = createAuthority("backends");
      const { key, cert } = authority.issue("/CN=collector");
      const folder = temporaryDirectory();
      const file = (named: string, content: Buffer): string => {
        writeFileSync(join(folder, named), content, { mode: 0o600 });
        return join(folder, named);
      };
      const store = await startVictoriaLogs(temporaryDirectory());
      const proxy = await startProxy(authority, store.endpoint);
      const env = {
        [variable]: proxy.endpoint,
        AUDIT_LOGIN_DIR: loginDirectory(LOGIN),
        AUDIT_LOGIN_CA_FILE: file("ca.crt", authority.cert),
        AUDIT_LOGIN_CERT_FILE: file("own.crt", cert),
        AUDIT_LOGIN_KEY_FILE: file("own.key", key),
      };
      const overlays = [`overlays/${name}.yaml`, `overlays/${name}-login.yaml`];
      const start = (more: Readonly<Record<string, string>> = {}) =>
        startCollector({
          dir: join(temporaryDirectory(), "collector"),
          overlays,
          env: { ...env, ...more },
        });
      const stranger = await start({ AUDIT_LOGIN_DIR: loginDirectory("Bearer another") });
      await postRecords(stranger.httpEndpoint, [resultRecord(1)]);
      await eventually(async () => (proxy.refused() > 0 ? true : undefined), 4000).catch(() =>
        console.log(
          "DBG " +
            stranger
              .output()
              .split("\n")
              .filter((l) => /error|warn|fail|Fail/.test(l))
              .map((l) => l.slice(0, 700))
              .join("\n"),
        ),
      );
      await stranger.stop();
      const collector = await start();
      await postRecords(collector.httpEndpoint, [resultRecord(2), resultRecord(3)]);
      await collector.drained();
      const rows = await store.query(idsQuery);
      expect(rows.map((row) => row["audit.record.id"]).toSorted()).toEqual(resultIds(2, 3));
      await collector.stop();
      await store.stop();
    },
  );

  test("VictoriaLogs with -httpAuth takes records with the login", async () => {
    const login = `Basic ${Buffer.from("audit:a password").toString("base64")}`;
    const args = ["-httpAuth.username=audit", "-httpAuth.password=a password"];
    const store = await startVictoriaLogs(temporaryDirectory(), { args });
    const dir = join(temporaryDirectory(), "collector");
    const start = (given: string) =>
      startCollector({
        dir,
        overlays: ["overlays/victorialogs.yaml", "overlays/victorialogs-login.yaml"],
        env: { AUDIT_VICTORIALOGS: store.endpoint, AUDIT_LOGIN_DIR: loginDirectory(given) },
      });
    // With a line end behind it, it is no header: records wait.
    const waiting = await start(`${login}\n`);
    await postRecords(waiting.httpEndpoint, [resultRecord(4)]);
    await eventually(async () =>
      waiting.output().includes("invalid header field value") ? true : undefined,
    );
    await waiting.stop();
    const collector = await start(login);
    await collector.drained();
    const base = new URL(store.endpoint).origin;
    const query = `${base}/select/logsql/query?query=${encodeURIComponent(idsQuery)}`;
    expect((await fetch(query)).status).toBe(401);
    const text = await eventually(async () => {
      const answer = await fetch(query, { headers: { authorization: login } });
      const found = await answer.text();
      return found === "" ? undefined : found;
    });
    expect(text).toContain(resultIds(4)[0]);
    await collector.stop();
    await store.stop();
  });

  test("without the file the Collector does not start", async () => {
    const started = startCollector({
      dir: join(temporaryDirectory(), "collector"),
      overlays: ["overlays/otlp.yaml", "overlays/otlp-login.yaml"],
      env: { AUDIT_LOGIN_DIR: join(temporaryDirectory(), "none") },
    });
    await expect(started).rejects.toThrow(/none\/otlp/);
  });
});
