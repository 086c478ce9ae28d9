/** Sources that rest on the connection: a client certificate, and headers of trusted callers. */
import { ACTOR_TYPES } from "../event/index.ts";
import type { Answer, SeenCall, Source } from "./actor-call.ts";
import { certificateField } from "./actor-certificate.ts";
import { compilePeerFilter } from "./peer.ts";
import type { HeaderActorSource, TrustedCertificate } from "./policy-document.ts";

/** The actor that a field of the verified client certificate names. */
export function mtlsSource(field: string): Source {
  return (call) => {
    const { certificate, problem } = call.shownCertificate();
    if (problem !== undefined) return { problem };
    if (certificate === undefined) return undefined;
    const { values } = certificateField(certificate, field);
    const [id] = values;
    if (id === undefined) return { problem: `the client certificate has no ${field}` };
    if (values.length > 1) {
      return { problem: `the client certificate has more than one ${field}` };
    }
    return { actor: { id, type: "service", authentication: "mtls" } };
  };
}

/**
 * The actor that headers name, where the caller is one of the trusted ones.
 *
 * @throws {Error} naming an entry of `from` that is no address.
 */
export function headerSource(header: HeaderActorSource): Source {
  const trusted = header.from.map(compileTrusted);
  return (call) => {
    const ids = call.values(header.id);
    if (ids.length === 0) return undefined;
    if (!trusted.some((isTrusted) => isTrusted(call))) {
      return { problem: `the header ${header.id} does not count from this caller` };
    }
    return readHeaders(header, call);
  };
}

function readHeaders(header: HeaderActorSource, call: SeenCall): Answer {
  const found: Partial<Record<(typeof PARTS)[number], string>> = {};
  for (const part of PARTS) {
    const key = header[part];
    const values = key === undefined ? [] : call.values(key);
    const [value] = values;
    if (value === undefined) continue;
    // HTTP/2 joins a header that was sent twice with a comma: one of the two is the caller's own.
    if (values.length > 1 || value.includes(",")) {
      return { problem: `the header ${key} has more than one value, and one may be forged` };
    }
    found[part] = value;
  }
  const { id = "", type, role, delegator } = found;
  return {
    actor: {
      id,
      type: ACTOR_TYPES.find((known) => known === type) ?? "user",
      authentication: "header",
      ...(role === undefined ? {} : { role }),
      ...(delegator === undefined ? {} : { delegator }),
    },
  };
}

const PARTS = ["id", "type", "role", "delegator"] as const;

function compileTrusted(entry: string | TrustedCertificate): (call: SeenCall) => boolean {
  if (typeof entry === "string") {
    const isInside = compilePeerFilter(entry);
    return ({ peer }) => isInside(peer);
  }
  const wanted = Object.entries(entry.mtls);
  return (call) => {
    const { certificate } = call.shownCertificate();
    return (
      certificate !== undefined &&
      wanted.every(([field, value]) => certificateField(certificate, field).values.includes(value))
    );
  };
}
