/** What a Collector needs of us before it starts. */
export { type Prepared, prepareCollectorDirectory } from "./prepare.ts";
export {
  type ConfigFinding,
  loadConfigFiles,
  validateConfig,
  type ValidateOptions,
} from "./validate/index.ts";
