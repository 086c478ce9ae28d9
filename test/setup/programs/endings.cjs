/** Every ending of every kind of call, in a CommonJS module that knows nothing of auditing. */
const grpc = require("@grpc/grpc-js");

void import("./run-endings.mjs").then(({ runAll }) => runAll(grpc));
