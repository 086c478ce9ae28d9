import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { fileURLToPath } from "node:url";

const PROTO_FILE = fileURLToPath(new URL("training.proto", import.meta.url));
const SERVICE = "trainer.ExperimentService";

/**
 * `trainer.ExperimentService` out of `training.proto`.
 *
 * `defaults` decides what a field that was not sent looks like to its receiver: absent (false: the
 * server, which must tell "not sent" from "sent as 0") or the empty value of its type (true: the
 * client, which reads whole replies). Optional fields are absent in both cases.
 *
 * @throws Error if the file cannot be read or does not declare the service.
 */
export function loadExperimentService(options: { readonly defaults: boolean }): ServiceDefinition {
  const loaded = loadSync(PROTO_FILE, {
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: options.defaults,
    arrays: options.defaults,
    objects: options.defaults,
  });
  const service = loaded[SERVICE];
  if (service === undefined || isMessageOrEnum(service)) {
    throw new Error(`${PROTO_FILE} does not declare the service ${SERVICE}`);
  }
  return service;
}

function isMessageOrEnum(
  definition: Exclude<ReturnType<typeof loadSync>[string], undefined>,
): definition is Exclude<ReturnType<typeof loadSync>[string], ServiceDefinition> {
  return typeof definition["format"] === "string";
}
