import type { Request } from 'express';

/** The query string as it was sent. Express' own parser stops at a thousand parameters. */
export function queryOf(request: Request): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
}

/** A parameter's text by its camelCase or snake_case name; undefined when it is absent or empty. */
export function textOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) ?? query.get(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  return text === null || text === '' ? undefined : text;
}

/** A parameter's number; NaN, which no rule lets pass, for what is none. */
export function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = textOf(query, name);
  if (text === undefined) return undefined;
  return /^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

/** Sets the fields that are there: an absent one stays absent. */
export function fill<T extends object>(instance: T, fields: { readonly [Key in keyof T]?: T[Key] | undefined }): T {
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) Object.assign(instance, { [name]: value });
  return instance;
}
