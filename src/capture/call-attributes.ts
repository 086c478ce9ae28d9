import {
  ATTR_ACTOR_AUTHENTICATION_ERROR,
  ATTR_CALL_DURATION,
  ATTR_CALL_ID,
  ATTR_CLIENT_ADDRESS,
  ATTR_CLIENT_PORT,
  ATTR_ERROR_TYPE,
  ATTR_REQUEST_BYTES,
  ATTR_REQUEST_COUNT,
  ATTR_RESPONSE_BYTES,
  ATTR_RESPONSE_COUNT,
  ATTR_RPC_METHOD,
  ATTR_RPC_STATUS_CODE,
  ATTR_RPC_SYSTEM_NAME,
  ATTR_USER_AGENT_ORIGINAL,
  type AttributeValue,
} from "../event/index.ts";
import type { CallStatus } from "./call-status.ts";
import type { RecordedCall } from "./recorded-call.ts";

/** What every record of a call says of it. */
export function callAttributes(call: RecordedCall): Record<string, AttributeValue> {
  const { peer, facts, actorProblem } = call;
  const userAgent = facts.metadata.get("user-agent")[0]?.toString();
  return {
    [ATTR_CALL_ID]: call.scope.callId,
    [ATTR_RPC_SYSTEM_NAME]: "grpc",
    [ATTR_RPC_METHOD]: call.method,
    ...(actorProblem === undefined ? {} : { [ATTR_ACTOR_AUTHENTICATION_ERROR]: actorProblem }),
    ...(peer.address === undefined ? {} : { [ATTR_CLIENT_ADDRESS]: peer.address }),
    ...(peer.port === undefined ? {} : { [ATTR_CLIENT_PORT]: peer.port }),
    ...(userAgent === undefined ? {} : { [ATTR_USER_AGENT_ORIGINAL]: userAgent }),
  };
}

/** How the call ended, and how much of it there was. */
export function endAttributes(
  call: RecordedCall,
  { name }: CallStatus,
): Record<string, AttributeValue> {
  const { type, tally } = call;
  const millis = call.target.clock.monotonicMillis() - call.startedMillis;
  return {
    [ATTR_RPC_STATUS_CODE]: name,
    [ATTR_CALL_DURATION]: Math.round(millis * 1000) / 1000,
    ...(name === "OK" ? {} : { [ATTR_ERROR_TYPE]: name }),
    ...(type === "clientStream" || type === "bidi"
      ? { [ATTR_REQUEST_COUNT]: tally.requests, [ATTR_REQUEST_BYTES]: tally.requestBytes }
      : {}),
    ...(type === "serverStream" || type === "bidi"
      ? { [ATTR_RESPONSE_COUNT]: tally.responses, [ATTR_RESPONSE_BYTES]: tally.responseBytes }
      : {}),
  };
}
