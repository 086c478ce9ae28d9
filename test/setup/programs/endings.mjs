/** Every ending of every kind of call, in an ES module that knows nothing of auditing. */
import * as grpc from "@grpc/grpc-js";
import { runAll } from "./run-endings.mjs";

await runAll(grpc);
