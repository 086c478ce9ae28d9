/** What a Collector needs of us: a binary, a configuration, a directory. */
export { COLLECTOR_JSON, type Prepared, prepareCollectorDirectory } from "./prepare.ts";
export { REDACTION_PROCESSORS } from "./redaction-processors.ts";
export { BEGIN_MARK, type Rendered, renderConfiguration, renderOverlay } from "./render.ts";
export {
  MERGE_HEAD,
  type MergeOptions,
  type MergeOverlay,
  renderMergeOverlay,
} from "./merge-overlay.ts";
export { buildCollector, builtCollector, COLLECTOR_CONFIG } from "./build/collector-program.ts";
export {
  BUILD_FLAGS,
  type BuildOptions,
  type BuildPlaces,
  buildGoProgram,
  builtGoProgram,
  type Recipe,
  type RunBelow,
} from "./build/go-program.ts";
export { type ProgramOptions, runProgram, WANTED_GO } from "./build/run-program.ts";
export {
  type ConfigFinding,
  configOfText,
  loadConfigFiles,
  validateConfig,
  type ValidateOptions,
} from "./validate/index.ts";
export {
  diagnose,
  type DiagnoseOptions,
  type Diagnosis,
  type SinkReport,
} from "./doctor/diagnose.ts";
