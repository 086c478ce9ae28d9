/** The switch `identity` of a policy on the real Collector: in records, in spans, in events of Keycloak. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCollector } from "../../collector-config/build/build.ts";
import { renderConfiguration } from "../../src/collector/index.ts";
import type { IdentityAction } from "../../src/redact/index.ts";
import { anyValue, keyValues, postOtlp, sealedAttributes } from "../support/otlp-values.ts";
import { recordsOfRequest } from "../support/otlp-json.ts";
import { eventually, freePorts } from "./child-process.ts";
import { KEYCLOAK_INPUT } from "./keycloak-input.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  CONFIG_DIR,
  type RunningCollector,
  startCollector,
  whyNoCollector,
} from "./collector-process.ts";

const why = whyNoCollector();
if (why !== undefined) process.stderr.write(`\notel-audit: test/collector/identity: ${why}\n\n`);

const ADDRESS = "192.0.2.7";
const PSEUDONYM = `hmac:abcdEFGH:${"a".repeat(22)}`;
const IDENTITY = {
  "audit.actor.id": "ann",
  "audit.actor.delegator.id": "grace",
  "audit.source.id": ADDRESS,
  "audit.source.type": "ip",
  "client.address": ADDRESS,
  "client.port": 4711,
};
const MASKED = {
  "audit.actor.id": "****",
  "audit.actor.delegator.id": "****",
  "audit.source.id": "****",
  "audit.source.type": "ip",
  "client.address": "****",
};
const CLEAR = /ann|grace|mallory|192\.0\.2|4711/;

describe.skipIf(why !== undefined).each<IdentityAction>(["drop", "pseudonym"])(
  "identity: %s",
  (identity) => {
    let root: string;
    let collector: RunningCollector;
    let lines: string;

    beforeAll(async () => {
      await buildCollector();
      root = mkdtempSync(join(tmpdir(), "otel-audit-identity-"));
      const config = join(root, "config.yaml");
      const ours = readFileSync(join(CONFIG_DIR, "config.yaml"), "utf8");
      writeFileSync(config, renderConfiguration(ours, { version: 1, identity }, config).text);
      const input = join(root, "input.yaml");
      writeFileSync(input, KEYCLOAK_INPUT);
      const [port, backend] = await freePorts(2);
      lines = `http://127.0.0.1:${port}/v1/logs`;
      collector = await startCollector({
        dir: join(root, "collector"),
        config,
        overlays: ["overlays/traces.yaml", "overlays/keycloak.yaml", input],
        env: {
          LINES_ENDPOINT: `127.0.0.1:${port}`,
          AUDIT_TRACES_BACKEND: `http://127.0.0.1:${backend}`,
        },
      });
    }, BUILD_TIMEOUT_MILLIS);

    afterAll(async () => {
      await collector.stop();
      rmSync(root, { recursive: true, force: true });
    });

    const written = (file: string): Promise<string> =>
      eventually(async () => {
        const found = await readFile(join(collector.dir, file), "utf8").catch(() => "");
        return found.endsWith("\n") ? found : undefined;
      });

    async function postRecords(records: readonly (readonly object[])[]): Promise<void> {
      const logRecords = records.map((attributes, at) => ({
        attributes: [...keyValues(sealedAttributes(at + 1)), ...attributes],
        body: anyValue({ note: "x" }),
      }));
      const scope = { name: "otel-audit", attributes: keyValues(IDENTITY) };
      const resource = { attributes: keyValues({ "service.name": "trainer", ...IDENTITY }) };
      const resourceLogs = [{ resource, scopeLogs: [{ scope, logRecords }] }];
      expect(await postOtlp(`${collector.httpEndpoint}/v1/logs`, { resourceLogs })).toBe(200);
      await collector.drained();
    }

    test("hides who and from where in a record, also where a key stands twice", async () => {
      await postRecords([
        keyValues(IDENTITY),
        [
          ...keyValues(IDENTITY),
          ...keyValues(IDENTITY),
          ...keyValues({ "client.address": [ADDRESS] }),
        ],
        keyValues({
          "audit.actor.id": "anonymous",
          "audit.source.id": "trainer-1",
          "audit.source.type": "job",
        }),
        keyValues({ "audit.actor.id": PSEUDONYM }),
      ]);
      const text = readFileSync(collector.jsonFile, "utf8");
      expect(text).not.toMatch(CLEAR);
      expect(readFileSync(collector.csvFile, "utf8")).not.toMatch(CLEAR);
      const found = recordsOfRequest(text.trim()).map(({ record }) => record.attributes);
      expect(found[0]).toMatchObject(MASKED);
      expect(found[1]).toMatchObject(MASKED);
      expect(text.match(/"client\.address"/g)).toHaveLength(4);
      expect(found[2]).toMatchObject({
        "audit.actor.id": "anonymous",
        "audit.source.id": "trainer-1",
      });
      expect(found[3]?.["audit.actor.id"]).toBe(identity === "drop" ? "****" : PSEUDONYM);
    });

    test("hides them in a span and its events", async () => {
      const span = {
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        name: "GET",
        startTimeUnixNano: "1795331430575000000",
        endTimeUnixNano: "1795331430612000000",
        attributes: [...keyValues(IDENTITY), ...keyValues(IDENTITY)],
        events: [
          { timeUnixNano: "1795331430600000000", name: "e", attributes: keyValues(IDENTITY) },
        ],
      };
      const request = {
        resourceSpans: [
          {
            resource: { attributes: keyValues(IDENTITY) },
            scopeSpans: [{ scope: { name: "x", attributes: keyValues(IDENTITY) }, spans: [span] }],
          },
        ],
      };
      expect(await postOtlp(`${collector.httpEndpoint}/v1/traces`, request)).toBe(200);
      const text = await written("traces.jsonl");
      expect(text).not.toMatch(CLEAR);
      expect(text.match(/"audit\.actor\.id","value":\{"stringValue":"\*{4}"/g)).toHaveLength(4);
    });

    test("hides them in an event of Keycloak, in its text too", async () => {
      const event = (...fields: readonly string[]): object => {
        const message = fields.join(", ");
        const log = {
          timestamp: "2026-11-22T08:52:20.290353085+01:00",
          loggerName: "org.keycloak.events",
          message,
        };
        return { body: { stringValue: JSON.stringify(log) } };
      };
      const head = ['type="LOGIN"', 'realmId="9410"', 'realmName="lab"', 'clientId="web"'];
      const logRecords = [
        event(
          ...head,
          'userId="ann-1"',
          `ipAddress="${ADDRESS}"`,
          'auth_method="code"',
          'username="ann"',
        ),
        event(
          ...head,
          'userId="ann-1"',
          `ipAddress="${ADDRESS}"`,
          String.raw`username="ann \", x=\"ann"`,
          'x="y"',
        ),
        event(
          ...head,
          'userId="ann-1"',
          `ipAddress="${ADDRESS}"`,
          String.raw`username="ann\"`,
          'impersonator="grace"',
        ),
        // As an old version wrote it, and cut in the middle: not taken apart, and not shown.
        event("type=LOGIN", "realmId=9410", "userId=ann-1", `ipAddress=${ADDRESS}`, "username=ann"),
        event(...head, 'userId="ann-1"', `ipAddress="${ADDRESS}`),
      ];
      expect(await postOtlp(lines, { resourceLogs: [{ scopeLogs: [{ logRecords }] }] })).toBe(200);
      const text = await written("keycloak.jsonl");
      expect(text).not.toMatch(CLEAR);
      expect(text).toContain(
        String.raw`clientId=\"web\", userId=\"****\", ipAddress=\"****\", auth_method=\"code\", username=\"****\"`,
      );
      expect(text).toContain(String.raw`username=\"****\", x=\"y\"`);
      expect(text).toContain("userId=****, ipAddress=****, username=****");
      expect(text.match(/"audit\.actor\.id","value":\{"stringValue":"\*{4}"/g)).toHaveLength(3);
    });

    test("hides them in an event of Keycloak whatever somebody chose as a name", async () => {
      const seed = Number(process.env["FC_SEED"] ?? Date.now() % 2_147_483_647);
      const parts = ['"', "\\", ", ", "=", "userId=", "ipAddress=", "username=", "\n", "x"];
      const chosen = fc
        .array(fc.constantFrom(...parts), { maxLength: 10 })
        .map((list) => list.join("").replaceAll(/\s/g, " ").replaceAll('"', '\\"'));
      const messages = fc.sample(
        fc
          .tuple(chosen, chosen, chosen)
          .map(
            ([client, uri, name]) =>
              `type="LOGIN", realmId="9410", clientId="${client}", userId="ann-1", ipAddress="${ADDRESS}", ` +
              `redirect_uri="${uri}", username="${name}", impersonator="grace"`,
          ),
        { seed, numRuns: 300 },
      );
      const logRecords = messages.map((message) => ({
        body: { stringValue: JSON.stringify({ loggerName: "org.keycloak.events", message }) },
      }));
      const file = join(collector.dir, "keycloak.jsonl");
      const linesOf = async (): Promise<readonly string[]> =>
        (await readFile(file, "utf8").catch(() => "")).split("\n");
      const before = (await linesOf()).length;
      expect(await postOtlp(lines, { resourceLogs: [{ scopeLogs: [{ logRecords }] }] })).toBe(200);
      const last = await eventually(async () => {
        const found = await linesOf();
        return found.length > before ? found.at(-2) : undefined;
      });
      expect(last.match(/realmId/g), `FC_SEED=${seed}`).toHaveLength(300);
      expect(last, `FC_SEED=${seed}`).not.toMatch(CLEAR);
    });
  },
);
