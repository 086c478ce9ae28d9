import { expect, test } from "vitest";
import { misspeltName } from "../../src/seal/misspelt-name.ts";

test.each<readonly [string, string | undefined]>([
  ["audit.actor.id", undefined],
  ["audit_actor_id", "audit.actor.id"],
  ["audit.actor_id", "audit.actor.id"],
  ["rpc-method", "rpc.method"],
  ["audit.actor.ID", undefined],
  ["audit.none.such", undefined],
  ["service_name", undefined],
  ["", undefined],
])("%s", (name, known) => expect(misspeltName(name)).toBe(known));
