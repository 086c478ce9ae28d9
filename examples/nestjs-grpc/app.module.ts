import { Module } from "@nestjs/common";
import { HeroesController } from "./heroes.controller.ts";

/** The application. */
// oxlint-disable-next-line typescript/no-extraneous-class -- what Nest calls a module
export class AppModule {}

Module({ controllers: [HeroesController] })(AppModule);
