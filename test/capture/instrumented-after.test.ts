import { testInstrumented } from "./instrumented.ts";

testInstrumented("audit");
