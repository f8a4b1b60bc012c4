import { RequestMethod } from '@nestjs/common';
import { PROTOCOLS } from '../../../src/app.module.js';
import { ConsoleModule } from '../../../src/console/console.module.js';
import { INDEX_PATHS } from '../../../src/protocols/pinecone/data/rest/target-path.js';

/** A handler, and a path that it answers. */
export interface HandledRoute {
  /** In capitals; `ALL` for every method. */
  readonly method: string;
  /** As OpenAPI writes it, without the protocol's prefix, and without what names an index. */
  readonly path: string;
  /** The handler's text. */
  readonly source: string;
}

const INDEX_PREFIXES = INDEX_PATHS.map((path) => `/${path}`);

/** Every route below a protocol's prefix, by what Nest keeps of the controllers. */
export function handledRoutes(prefix: string): readonly HandledRoute[] {
  const modules = [...PROTOCOLS.map(({ module }) => module), ConsoleModule];
  const controllers = modules.flatMap((module) => Reflect.getMetadata('controllers', module) as (new () => object)[]);
  const routes = controllers.flatMap((controller) => {
    const handlers = Object.values(Object.getOwnPropertyDescriptors(controller.prototype as object)).map(
      ({ value }) => value as object,
    );
    return handlers.flatMap((handler) => {
      const method =
        typeof handler === 'function' ? (Reflect.getMetadata('method', handler) as RequestMethod | undefined) : undefined;
      if (method === undefined) return [];
      const paths = pathsOf(controller).flatMap((base) =>
        pathsOf(handler).map((path) => `/${base}/${path}`.replace(/\/+/g, '/')),
      );
      return paths.map((path) => ({ method: RequestMethod[method], path, source: (handler as () => unknown).toString() }));
    });
  });
  return routes
    .filter(({ path }) => path.startsWith(`${prefix}/`))
    .map((route) => ({ ...route, path: shown(route.path, prefix) }));
}

function pathsOf(target: object): readonly string[] {
  return [Reflect.getMetadata('path', target) as string | readonly string[]].flat();
}

function shown(path: string, prefix: string): string {
  const index = INDEX_PREFIXES.find((candidate) => path.startsWith(`${candidate}/`));
  return path
    .slice((index ?? prefix).length)
    .replace(/\/$/, '')
    .replace(/[:*](\w+)/g, '{$1}');
}
