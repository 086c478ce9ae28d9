/**
 * A client of the training service with an OpenTelemetry SDK (AUDIT_OTEL_SDK=on), so that a trace has two sides.
 * Run with the register hook: node --import otel-audit/register traced-client.ts HOST:PORT
 */
import { connect } from "../../../examples/training-service/client.ts";

const ann = connect(process.argv[2] ?? "", { user: "ann" });
const experiment_id = "exp-1";
await ann.updateParameters({
  experiment_id,
  parameters: { learning_rate: 0.01 },
  comment: "flat since step 4000",
});
await ann
  .restoreCheckpoint({ experiment_id, checkpoint_id: "ckpt_007", reason: "accuracy fell" })
  .catch(() => {});
ann.close();
process.stdout.write("called\n");
