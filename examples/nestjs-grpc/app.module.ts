import { Module } from "@nestjs/common";
import { HeroesController } from "./heroes.controller.ts";

// oxlint-disable-next-line typescript/no-extraneous-class -- what Nest calls a module
/** The application. */
export class AppModule {}

Module({ controllers: [HeroesController] })(AppModule);
