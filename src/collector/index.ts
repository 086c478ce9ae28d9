/** What a Collector needs of us before it starts. */
export { type Prepared, prepareCollectorDirectory } from "./prepare.ts";
export {
  diagnose,
  type DiagnoseOptions,
  type Diagnosis,
  type SinkReport,
} from "./doctor/diagnose.ts";
