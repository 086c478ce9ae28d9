/**
 * overlays/keycloak.yaml on the real Collector. The lines are made here, after the sources of Keycloak's event
 * listener and of its JSON log; they come over OTLP, in the place of the file.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { buildCollector } from "../../collector-config/build/build.ts";
import { eventually, freePorts } from "./child-process.ts";
import { KEYCLOAK_INPUT } from "./keycloak-input.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  type RunningCollector,
  startCollector,
  whyNoCollector,
} from "./collector-process.ts";

const why = whyNoCollector();
if (why !== undefined) process.stderr.write(`\notel-audit: test/collector/keycloak: ${why}\n\n`);

const ADDRESS = "192.0.2.7";
const USER = "4622b398-6079-4930-b21c-b20705057173";

type Fields = readonly (readonly [name: string, value: string])[];

/** As the listener writes values: white space as blanks, the quote escaped, the backslash not. */
function messageOf(fields: Fields): string {
  return fields
    .map(([name, value]) => `${name}="${value.replaceAll(/\s/g, " ").replaceAll('"', '\\"')}"`)
    .join(", ");
}

/** A line of the JSON log. */
function lineOf(message: string, loggerName = "org.keycloak.events"): string {
  return JSON.stringify({
    timestamp: "2026-11-22T08:52:20.290353085+01:00",
    sequence: 9605,
    loggerClassName: "org.jboss.logging.Logger",
    loggerName,
    level: "INFO",
    message,
    threadName: "executor-thread-7",
    threadId: 69,
    mdc: {},
    ndc: "",
    hostName: "keycloak",
    processName: "java",
    processId: 1,
  });
}

interface UserEvent {
  readonly type: string;
  readonly client?: string;
  readonly user?: string;
  readonly error?: string;
  readonly details?: Fields;
}

function userEvent(event: UserEvent): string {
  const { type, client = "trainer-web", user = USER, error, details = [] } = event;
  return messageOf([
    ["type", type],
    ["realmId", "9410"],
    ["realmName", "lab"],
    ["clientId", client],
    ["userId", user],
    ["ipAddress", ADDRESS],
    ...(error === undefined ? [] : ([["error", error]] as const)),
    ...details,
  ]);
}

function adminEvent(operation: string, resource: string, path: string, more: Fields = []): string {
  return messageOf([
    ["operationType", operation],
    ["realmId", "9410"],
    ["realmName", "lab"],
    ["clientId", "security-admin-console"],
    ["userId", USER],
    ["ipAddress", ADDRESS],
    ["resourceType", resource],
    ["resourcePath", path],
    ...more,
  ]);
}

const valueShape = z.record(z.string(), z.unknown());
const requestShape = z.object({
  resourceLogs: z.array(
    z.object({
      scopeLogs: z.array(
        z.object({
          logRecords: z.array(
            z.object({
              timeUnixNano: z.string(),
              body: z.object({ stringValue: z.string() }),
              attributes: z.array(z.object({ key: z.string(), value: valueShape })).default([]),
            }),
          ),
        }),
      ),
    }),
  ),
});

interface Mapped {
  readonly time: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

describe.skipIf(why !== undefined)("events of Keycloak", () => {
  let root: string;
  let collector: RunningCollector;
  let input: string;

  beforeAll(async () => {
    await buildCollector();
    root = await mkdtemp(join(tmpdir(), "otel-audit-keycloak-"));
    const overlay = join(root, "input.yaml");
    writeFileSync(overlay, KEYCLOAK_INPUT);
    const [port] = await freePorts(1);
    input = `127.0.0.1:${port}`;
    collector = await startCollector({
      dir: join(root, "collector"),
      overlays: ["overlays/keycloak.yaml", overlay],
      env: { LINES_ENDPOINT: input },
    });
  }, BUILD_TIMEOUT_MILLIS);

  afterAll(async () => {
    await collector.stop();
    await rm(root, { recursive: true, force: true });
  });

  let requests = 0;
  /** What comes of lines, sent as one request. */
  async function mapped(lines: readonly string[]): Promise<readonly Mapped[]> {
    const logRecords = lines.map((line) => ({ body: { stringValue: line } }));
    const response = await fetch(`http://${input}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
    });
    expect(response.status).toBe(200);
    const at = requests++;
    const text = await eventually(async () => {
      const found = readFileSync(join(collector.dir, "keycloak.jsonl"), "utf8").split("\n");
      return found.length > at + 1 ? found[at] : undefined;
    });
    const { resourceLogs } = requestShape.parse(JSON.parse(text));
    return resourceLogs
      .flatMap(({ scopeLogs }) => scopeLogs)
      .flatMap((scope) => scope.logRecords)
      .map(({ timeUnixNano, body, attributes }) => ({
        time: timeUnixNano,
        body: body.stringValue,
        attributes: Object.fromEntries(
          attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
        ),
      }));
  }

  const from = {
    "client.address": ADDRESS,
    "audit.source.id": ADDRESS,
    "audit.source.type": "ip",
    "keycloak.realm": "lab",
  };
  const byUser = { "audit.actor.id": USER, "audit.actor.type": "user" };
  const toClient = { "audit.target.type": "client", "audit.target.id": "trainer-web" };

  test.each([
    [
      "a login",
      userEvent({
        type: "LOGIN",
        details: [
          ["auth_method", "openid-connect"],
          ["username", "ann"],
        ],
      }),
      { "audit.action": "keycloak.login", "audit.outcome": "success", ...byUser, ...toClient },
    ],
    [
      "a refused login of nobody that is known",
      userEvent({
        type: "LOGIN_ERROR",
        user: "null",
        error: "user_not_found",
        details: [
          ["auth_method", "openid-connect"],
          ["username", "mallory"],
        ],
      }),
      {
        "audit.action": "keycloak.login",
        "audit.outcome": "denied",
        "error.type": "user_not_found",
        "audit.actor.id": "mallory",
        "audit.actor.type": "user",
        ...toClient,
      },
    ],
    [
      "another error",
      userEvent({ type: "UPDATE_PROFILE_ERROR", error: "invalid_email" }),
      {
        "audit.action": "keycloak.update_profile",
        "audit.outcome": "failure",
        "error.type": "invalid_email",
        ...byUser,
        ...toClient,
      },
    ],
    [
      "a login of a client",
      userEvent({
        type: "CLIENT_LOGIN",
        client: "batch",
        details: [["username", "service-account"]],
      }),
      {
        "audit.action": "keycloak.client_login",
        "audit.outcome": "success",
        "audit.actor.id": "batch",
        "audit.actor.type": "service",
        "audit.target.type": "client",
        "audit.target.id": "batch",
      },
    ],
    [
      "what an administrator did",
      adminEvent("CREATE", "USER", "users/4622"),
      {
        "audit.action": "keycloak.admin.create_user",
        "audit.outcome": "success",
        ...byUser,
        "audit.target.type": "user",
        "audit.target.id": "users/4622",
      },
    ],
    [
      "what an administrator was refused",
      adminEvent("ACTION", "CLIENT_SCOPE_MAPPING", "clients/7", [["error", "unknown_error"]]),
      {
        "audit.action": "keycloak.admin.action_client_scope_mapping",
        "audit.outcome": "failure",
        "error.type": "unknown_error",
        ...byUser,
        "audit.target.type": "client_scope_mapping",
        "audit.target.id": "clients/7",
      },
    ],
  ])("%s", async (_name, message, attributes) => {
    expect(await mapped([lineOf(message)])).toEqual([
      { time: "1795333940290353085", body: message, attributes: { ...attributes, ...from } },
    ]);
  });

  test("other lines of the log are left out; a message that is not as expected is kept, and told", async () => {
    const odd = "type=LOGIN, realmId=9410, clientId=trainer-web";
    const found = await mapped([
      lineOf("Listening on: http://0.0.0.0:8080", "io.quarkus"),
      lineOf(odd),
      "no JSON, of org.keycloak.events",
    ]);
    expect(found.map(({ body, attributes }) => [body, attributes])).toEqual([
      [odd, { "keycloak.unparsed": true }],
    ]);
  });

  test("secrets are masked: what an administrator sent, cookies, tokens in details", async () => {
    const representation = '{"credentials":[{"type":"password","value":"hunter2"}]}';
    const [admin, user] = await mapped([
      lineOf(adminEvent("CREATE", "USER", "users/1", [["representation", representation]])),
      lineOf(
        `${userEvent({ type: "LOGIN", details: [["note", "Bearer hunter2.hunter2"]] })}, requestUri="x", cookies=[KEYCLOAK_SESSION=hunter2]`,
      ),
    ]);
    expect(admin?.body).toMatch(/, representation=\*{4}$/);
    expect(user?.body).toMatch(/note="\*{4}".*, cookies=\*{4}$/);
    expect(readFileSync(join(collector.dir, "keycloak.jsonl"), "utf8")).not.toContain("hunter2");
  });

  test("nobody passes for another user or address by a name, a client id or a detail", async () => {
    const seed = Number(process.env["FC_SEED"] ?? Date.now() % 2_147_483_647);
    const chosen = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(
          fc.constantFrom(
            '"',
            "\\",
            ", ",
            "=",
            "userId=",
            "ipAddress=",
            "10.0.0.1",
            "error=",
            "type=",
            "\n",
            "x",
          ),
          { maxLength: 12 },
        )
        .map((parts) => parts.join("")),
    );
    const events = fc.sample(fc.record({ client: chosen, name: chosen, uri: chosen }), {
      seed,
      numRuns: 300,
    });
    const found = await mapped(
      events.map(({ client, name, uri }) =>
        lineOf(
          userEvent({
            type: "LOGIN_ERROR",
            client,
            user: USER,
            error: "invalid_user_credentials",
            details: [
              ["redirect_uri", uri],
              ["username", name],
            ],
          }),
        ),
      ),
    );
    expect(found, `FC_SEED=${seed}`).toHaveLength(events.length);
    for (const { attributes, body } of found) {
      const who = attributes["audit.actor.id"];
      const where = attributes["client.address"];
      const isRight = who === USER && where === ADDRESS && attributes["audit.outcome"] === "denied";
      const isTold = attributes["keycloak.unparsed"] === true && where === undefined;
      expect(isRight || isTold, `FC_SEED=${seed}: ${body}`).toBe(true);
    }
    expect(
      found.filter(({ attributes }) => attributes["client.address"] === ADDRESS).length,
    ).toBeGreaterThan(100);
  });
});
