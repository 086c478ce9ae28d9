import type { PolicyDocument } from "otel-audit";

/** Note is `open`, Grant is `closed`: both name the id of their request as the target. */
export const POLICY: PolicyDocument = {
  version: 1,
  rules: [
    {
      method: "probe.Probe/Note",
      actions: [{ action: "note_write", details: { note: "request.id" } }],
      target: { type: "note", id: "request.id" },
    },
    {
      method: "probe.Probe/Grant",
      actions: [{ action: "permission_change", after: { role: "admin" } }],
      target: { type: "user", id: "request.id" },
    },
  ],
};
