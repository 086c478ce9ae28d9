import { type sendUnaryData, type ServerUnaryCall, status } from "@grpc/grpc-js";
import { currentAudit } from "otel-audit";

interface GrantRequest {
  readonly user_id: string;
  readonly role: string;
}
interface PublishRequest {
  readonly dataset_id: string;
  readonly license: string;
}

/** The handlers. The only audit code in them says what no message shows: the role before. */
export function createAccessService(roles: Map<string, string>): {
  Grant: (call: ServerUnaryCall<GrantRequest, object>, callback: sendUnaryData<object>) => void;
  Publish: (call: ServerUnaryCall<PublishRequest, object>, callback: sendUnaryData<object>) => void;
} {
  return {
    Grant({ request, metadata }, callback) {
      const caller = String(metadata.get("x-user")[0] ?? "");
      if (roles.get(caller) !== "admin") {
        // Recorded as denied: the status says so.
        callback({ code: status.PERMISSION_DENIED, details: `${caller} is no administrator` });
        return;
      }
      const before = { role: roles.get(request.user_id) ?? "none" };
      roles.set(request.user_id, request.role);
      currentAudit()?.set({ before, after: { role: request.role } });
      callback(null, {});
    },
    Publish({ request }, callback) {
      if (request.license === "") {
        callback({ code: status.INVALID_ARGUMENT, details: "a data set needs a license" });
        return;
      }
      callback(null, {});
    },
  };
}
