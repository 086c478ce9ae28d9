/** Calls the access service: `client.ts [address]`, default 127.0.0.1:50052. */
import { fileURLToPath } from "node:url";
import {
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const CALLS = [
  ["ann", "Grant", { user_id: "bob", role: "annotator", reason: "joins the team" }],
  ["bob", "Grant", { user_id: "bob", role: "admin", reason: "why not" }],
  ["ann", "Publish", { dataset_id: "d-7", license: "CC-BY-4.0" }],
  ["ann", "Publish", { dataset_id: "d-8", license: "" }],
] as const;

const path = fileURLToPath(new URL("access.proto", import.meta.url));
const loaded = loadPackageDefinition(loadSync(path, { keepCase: true })) as unknown as {
  readonly access: { readonly Access: ServiceClientConstructor };
};
const client = new loaded.access.Access(
  process.argv[2] ?? "127.0.0.1:50052",
  credentials.createInsecure(),
);

for (const [user, method, request] of CALLS) {
  const metadata = new Metadata();
  metadata.set("x-user", user);
  const { promise, resolve } = Promise.withResolvers<string>();
  client[method]?.(request, metadata, (error: Error | null) => resolve(error?.message ?? "OK"));
  process.stdout.write(`${user} ${method}: ${await promise}\n`);
}
client.close();
