import { RequestMethod } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { RULE, type Rule } from '../../keys/allow.js';

/** What Nest keeps of a controller and of its handlers. */
const PATH = 'path';
const METHOD = 'method';

type RuleOf = (method: string, path: string) => Rule | undefined;

/** Finds the rule of a route by its method, in lower case, or `any`, and its path as Express matches it. */
export function rulesOf(modules: ModulesContainer): RuleOf {
  const rules = new Map<string, Rule>();
  for (const { controllers } of modules.values()) {
    for (const { metatype } of controllers.values()) {
      if (metatype !== null) collect(metatype, rules);
    }
  }
  return (method, path) => rules.get(`${method} ${path}`);
}

function collect(controller: object, rules: Map<string, Rule>): void {
  const { prototype } = controller as { readonly prototype: object };
  for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(prototype))) {
    if (typeof descriptor.value !== 'function') continue;
    const handler = descriptor.value as object;
    const method = Reflect.getMetadata(METHOD, handler) as RequestMethod | undefined;
    const rule = (Reflect.getMetadata(RULE, handler) ?? Reflect.getMetadata(RULE, controller)) as Rule | undefined;
    if (method === undefined || rule === undefined) continue;
    const name = method === RequestMethod.ALL ? 'any' : RequestMethod[method].toLowerCase();
    for (const base of pathsOf(controller)) for (const path of pathsOf(handler)) rules.set(`${name} ${joined(base, path)}`, rule);
  }
}

function pathsOf(target: object): readonly string[] {
  const paths = Reflect.getMetadata(PATH, target) as string | readonly string[] | undefined;
  return typeof paths === 'string' ? [paths] : (paths ?? ['']);
}

function joined(base: string, path: string): string {
  return `/${base}/${path}`.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
}
