// Loads grpc-js, and serves nothing: a client, or any other program.
import { Server } from "@grpc/grpc-js";

console.log(`${typeof Server}, worker threads ${process.report.getReport().workers.length}`);
