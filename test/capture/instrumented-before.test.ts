import { testInstrumented } from "./instrumented.ts";

testInstrumented("instrumentation");
