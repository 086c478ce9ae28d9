import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import { describe, expect, it } from "vitest";
import {
  createRedactingProcessor,
  createRedactor,
  REDACTION_FAILED,
} from "../../src/redact/index.ts";

function emitted(
  record: { attributes?: Record<string, unknown>; body?: unknown },
  redactor = createRedactor(),
) {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({
    processors: [createRedactingProcessor(redactor), new SimpleLogRecordProcessor({ exporter })],
  });
  provider.getLogger("test").emit(record);
  const [found] = exporter.getFinishedLogRecords();
  return { attributes: found?.attributes, body: found?.body };
}

describe("the redacting log-record processor", () => {
  it("redacts, caps, and says by which rules", () => {
    const { attributes, body } = emitted({
      attributes: { "audit.actor.id": "ann@example.org", "audit.reason": "for bob@example.org" },
      body: { after: { password: "hunter2", note: "x".repeat(5000) } },
    });
    expect(attributes).toEqual({
      "audit.actor.id": "ann@example.org",
      "audit.reason": "for ****",
      "audit.redaction.rules": ["email", "key:password"],
    });
    expect(body).toMatchObject({ after: { password: "****" } });
    expect(JSON.stringify(body)).toContain("…[cut: 5000 bytes");
  });

  it("adds nothing where nothing was found", () => {
    const body = { after: { lr: 0.1 } };
    expect(emitted({ attributes: { a: 1 }, body })).toEqual({ attributes: { a: 1 }, body });
  });

  it("masks attributes that are maps, and bodies that are none", () => {
    const { attributes, body } = emitted({
      attributes: { m: { token: "x" } },
      body: "password=hunter2",
    });
    expect(attributes).toEqual({
      m: { token: "****" },
      "audit.redaction.rules": ["key:token", "key:password"].toSorted(),
    });
    expect(body).toBe("password=****");
  });

  it("drops the content of a record that cannot be redacted, and does not throw", () => {
    const broken = {
      ...createRedactor(),
      redact: () => {
        throw new Error("broken");
      },
    };
    const { attributes, body } = emitted(
      { attributes: { "audit.action": "pause", secret: "hunter2" }, body: { a: "hunter2" } },
      broken,
    );
    expect(attributes).toEqual({
      "audit.action": "pause",
      "audit.redaction.rules": [REDACTION_FAILED],
    });
    expect(body).toEqual({ [REDACTION_FAILED]: true });
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["bytes", new Uint8Array([1, 2])],
    [
      "a getter that throws",
      {
        get a(): string {
          throw new Error("no");
        },
      },
    ],
    [
      "a proxy that throws",
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("no");
          },
        },
      ),
    ],
    ["null prototype", Object.assign(Object.create(null), { password: "x" })],
    ["bigint", { n: 10n, d: new Date(0), f: () => 1, u: undefined }],
  ])("survives a body that is %s", (_, body) => {
    expect(() => emitted({ body })).not.toThrow();
  });
});
