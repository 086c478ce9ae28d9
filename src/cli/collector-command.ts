import { resolve } from "node:path";
import { Command } from "commander";
import { AuditError } from "../lib/errors.ts";
import { collectorBuildCommand, collectorRunCommand } from "./collector-run-command.ts";
import { collectorDoctorCommand } from "./doctor-command.ts";
import { collectorRenderCommand } from "./collector-render-command.ts";
import { collectorValidateCommand } from "./collector-validate-command.ts";
import type { Lines } from "./lines.ts";

/** `otel-audit collector …`. */
export function collectorCommand(lines: Lines): Command {
  const { print, warn } = lines;
  const command = new Command("collector").description(
    "the audit pipeline of an OpenTelemetry Collector",
  );
  command
    .command("prepare")
    .description(
      "make the Collector's directory ready for a start: folders, CSV header, the end of a last line that a kill cut",
    )
    .option("-d, --directory <path>", "the Collector's directory (default: AUDIT_COLLECTOR_DIR)")
    .addHelpText(
      "after",
      "\nCall it before every start of the Collector, never while it runs. A directory that lets others in is\n" +
        "said on stderr, and left as it is.\n" +
        "Exit: 0 ready, 2 wrong usage, 3 the directory or a file in it cannot be used.",
    )
    .action(async (options: { readonly directory?: string }) => {
      const directory = options.directory ?? process.env["AUDIT_COLLECTOR_DIR"] ?? "";
      if (directory === "") {
        throw new AuditError(
          "invalid_option",
          "no directory: pass --directory or set AUDIT_COLLECTOR_DIR",
        );
      }
      // What it writes with takes time to load, and only this command needs it.
      const { prepareCollectorDirectory } = await import("../collector/index.ts");
      const { lockCollectorDirectory } = await import("./collector-lock.ts");
      const lock = lockCollectorDirectory(resolve(directory));
      const { done, warnings } = prepareCollectorDirectory(resolve(directory));
      lock.release();
      warnings.forEach(warn);
      for (const line of done) print(line);
      print(`${resolve(directory)} is ready`);
    });
  command.addCommand(collectorRenderCommand(lines));
  command.addCommand(collectorValidateCommand(lines));
  command.addCommand(collectorRunCommand(lines));
  command.addCommand(collectorBuildCommand(lines));
  command.addCommand(collectorDoctorCommand(print));
  return command;
}
