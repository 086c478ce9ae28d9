/** What a Collector needs of us before it starts. */
export { type Prepared, prepareCollectorDirectory } from "./prepare.ts";
export { REDACTION_PROCESSORS } from "./redaction-processors.ts";
export { type Rendered, renderConfiguration, renderOverlay } from "./render.ts";
export {
  type ConfigFinding,
  loadConfigFiles,
  validateConfig,
  type ValidateOptions,
} from "./validate/index.ts";
