import type { Express } from 'express';

interface Layer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** The methods that some route answers for the path, in capitals; empty when there is no such path. */
export function allowedMethods(application: Express, path: string): readonly string[] {
  const methods = new Set<string>();
  for (const layer of application.router.stack as unknown as readonly Layer[]) {
    if (layer.route === undefined || !layer.match(path)) continue;
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods];
}

/** A path that requests are answered for. */
export interface Route {
  /** As Express matches it: `/tenants/:tenant`. */
  readonly path: string;
  /** In lower case; `any` when the route answers them all. */
  readonly methods: readonly string[] | 'any';
}

/** A route of every method has some that nobody names. */
const RARE_METHOD = 'purge';

/** Every route, in the order in which they are tried. */
export function routesOf(application: Express): readonly Route[] {
  return (application.router.stack as unknown as readonly Layer[]).flatMap(({ route }) => {
    if (route === undefined) return [];
    const methods = Object.keys(route.methods);
    const paths = (Array.isArray(route.path) ? route.path : [route.path]) as readonly unknown[];
    const answered = methods.includes(RARE_METHOD) || methods.includes('_all') ? 'any' : methods;
    return paths.filter((path) => typeof path === 'string').map((path) => ({ path, methods: answered }));
  });
}
