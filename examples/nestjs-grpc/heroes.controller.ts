import { status } from "@grpc/grpc-js";
import { Controller } from "@nestjs/common";
import { GrpcMethod, RpcException } from "@nestjs/microservices";

interface Hero {
  readonly id: number;
  readonly name: string;
}

const heroes = new Map<number, Hero>([[1, { id: 1, name: "John" }]]);

/**
 * An ordinary controller. Node runs TypeScript without a build step but leaves decorators out, so they
 * are applied below; in a project that Nest's CLI builds, they stand where you know them, as
 * `@Controller()` and `@GrpcMethod("HeroesService", "FindOne")`.
 */
export class HeroesController {
  findOne({ id }: { readonly id: number }): Hero {
    const hero = heroes.get(id);
    if (hero === undefined) {
      throw new RpcException({ code: status.NOT_FOUND, message: `no hero ${id}` });
    }
    return hero;
  }

  async rename({ id, name }: Hero): Promise<Hero> {
    this.findOne({ id });
    const hero = { id, name };
    heroes.set(id, hero);
    return hero;
  }
}

Controller()(HeroesController);
grpcMethod("findOne", "FindOne");
grpcMethod("rename", "Rename");

function grpcMethod(key: keyof HeroesController, name: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(HeroesController.prototype, key);
  if (descriptor === undefined) throw new Error(`HeroesController has no ${key}`);
  GrpcMethod("HeroesService", name)(HeroesController.prototype, key, descriptor);
}
