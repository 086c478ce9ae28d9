// Loads grpc-js, and serves nothing: a client, or any other program.
import { readdirSync } from "node:fs";
import { Server } from "@grpc/grpc-js";

const tasks = process.platform === "linux" ? readdirSync("/proc/self/task").length : 0;
console.log(`${typeof Server}, threads ${tasks}`);
