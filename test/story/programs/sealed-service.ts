/**
 * A service of seven methods, each an action of its own, that is called over gRPC and records by hand;
 * then it closes its audit log and ends. Run by test/support/sealed-service.ts.
 *
 * ROUNDS: how often each method is called; JOURNAL: `createAudit({ journal })` as JSON; FORMAT: its views.
 * STAY: it says `waiting` before it closes, and closes at the end of its standard input.
 */
import { once } from "node:events";
import * as grpc from "@grpc/grpc-js";
import { auditGrpc, createAudit, type JournalSettings } from "otel-audit";
import { call, serve } from "../../support/grpc-service.ts";
import { ODD_DETAILS } from "../../support/odd-details.ts";
import { METHODS, POLICY } from "./sealed-policy.ts";

const rounds = Number(process.env["ROUNDS"] ?? "1");
const journal = JSON.parse(process.env["JOURNAL"] ?? "{}") as JournalSettings;
const audit = await createAudit({ policy: POLICY, service: "trainer", journal });
auditGrpc(grpc, audit);

const server = await serve(
  grpc,
  Object.fromEntries(
    METHODS.map((name) => [
      name,
      {
        kind: "unary" as const,
        handler: (_call, callback) => {
          if (name === "Grant")
            callback({ code: grpc.status.PERMISSION_DENIED, details: "ann <a@b> may not: 'é'" });
          else callback(null, { previous: { rate: 1e-7, tags: ["old", "both"] } });
        },
      },
    ]),
  ),
);

for (let round = 1; round <= rounds; round++) {
  const calls = METHODS.map((name, at) =>
    call(grpc, server.address, name, "unary", {
      metadata: { "x-user": `ann-${at}` },
      channel: { "grpc.primary_user_agent": process.env["USER_AGENT"] ?? "trainer-ui/1.2" },
      messages: [
        {
          id: `${name}-${round}`,
          note: `plateau <${round}> & "more"\u2028`,
          rate: 1e21,
          tags: ["both", "new"],
        },
      ],
    }),
  );
  const details = ODD_DETAILS[round % ODD_DETAILS.length] ?? {};
  await audit.record({
    action: "restart_instance",
    actor: { id: "ben", type: "service" },
    reason: `=${round}`,
    details,
    after: details,
  });
  await Promise.all(calls);
}
await audit.flush();
if (process.env["STAY"] !== undefined) {
  console.log("waiting");
  await once(process.stdin.resume(), "end");
}
server.close();
await audit.close();
console.log("closed");
