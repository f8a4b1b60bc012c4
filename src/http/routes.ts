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
