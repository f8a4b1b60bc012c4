import 'reflect-metadata';
import { type DynamicModule, RequestMethod, type Type } from '@nestjs/common';
import { PROTOCOLS } from '../../../src/app.module.js';
import { ConsoleModule } from '../../../src/console/console.module.js';
import { RULE, type Rule } from '../../../src/keys/allow.js';

/** A way to call a handler. */
export interface Route {
  /** The protocol's name, or `console`. */
  readonly protocol: string;
  /** `Controller.handler`. */
  readonly handler: string;
  /** `POST /vectorizer/collections/:collection/search`: as the router has it. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** Undefined: the handler has none, and answers nobody. */
  readonly rule: Rule | undefined;
}

/** Every route of the gateway, as its controllers declare them. */
export function allRoutes(): readonly Route[] {
  const modules = [...PROTOCOLS.map(({ name, module }) => ({ name, module })), { name: 'console', module: ConsoleModule }];
  return modules.flatMap(({ name, module }) => controllersOf(module).flatMap((controller) => routesOf(name, controller)));
}

function controllersOf(module: Type | DynamicModule): readonly Type[] {
  return (Reflect.getMetadata('controllers', module) as Type[] | undefined) ?? [];
}

function routesOf(protocol: string, controller: Type): readonly Route[] {
  const prototype = controller.prototype as object;
  const prefixes = listOf(Reflect.getMetadata('path', controller));
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (name === 'constructor' || typeof handler !== 'function') return [];
    const verb = Reflect.getMetadata('method', handler) as RequestMethod | undefined;
    if (verb === undefined) return [];
    const rule = (Reflect.getMetadata(RULE, handler) ?? Reflect.getMetadata(RULE, controller)) as Rule | undefined;
    const methods = verb === RequestMethod.ALL ? ['GET', 'POST'] : [RequestMethod[verb]];
    const paths = prefixes.flatMap((prefix) => listOf(Reflect.getMetadata('path', handler)).map((path) => joined(prefix, path)));
    return methods.flatMap((method) =>
      paths.map((path) => ({ protocol, handler: `${controller.name}.${name}`, key: `${method} ${path}`, method, path, rule })),
    );
  });
}

function listOf(path: unknown): readonly string[] {
  return Array.isArray(path) ? (path as string[]) : [typeof path === 'string' ? path : ''];
}

function joined(prefix: string, path: string): string {
  const parts = [prefix, path].map((part) => part.replace(/^\/+|\/+$/g, '')).filter((part) => part !== '');
  return `/${parts.join('/')}`;
}
