import type { IncomingHttpHeaders } from 'node:http';

/** How clients of a protocol send their key. */
export interface CredentialPlaces {
  /** Headers that hold the bare key, in this order, lower case. `Authorization` is read before them. */
  readonly headers: readonly string[];
  /** A parameter of the URL. */
  readonly parameter?: string;
}

/** The key among the headers; undefined without one. `Authorization` may be Bearer, Basic (its password) or the bare key. */
export function credentialOf(headers: IncomingHttpHeaders, places: CredentialPlaces): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined && authorization !== '') return ofAuthorization(authorization);
  for (const name of places.headers) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return ofAuthorization(value);
  }
  return undefined;
}

function ofAuthorization(value: string): string {
  const [, scheme = '', rest = ''] = /^(bearer|basic) +(.*)$/i.exec(value) ?? [];
  if (scheme === '') return value.trim();
  if (scheme.toLowerCase() === 'bearer') return rest.trim();
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const password = pair.slice(colon + 1);
  return password === '' ? pair.slice(0, Math.max(0, colon)) : password;
}

/** Takes the parameter out of a URL, so that nothing after it sees the key. One that is repeated has no value: no key is meant for sure. */
export function takeParameter(url: string, name: string): { readonly url: string; readonly value: string | undefined } {
  const start = url.indexOf('?');
  if (start < 0 || !url.includes(`${name}=`, start)) return { url, value: undefined };
  const kept: string[] = [];
  const values: string[] = [];
  for (const pair of url.slice(start + 1).split('&')) {
    if (pair.startsWith(`${name}=`)) values.push(new URLSearchParams(pair).get(name) ?? '');
    else kept.push(pair);
  }
  const value = values.length === 1 ? values[0] : undefined;
  return { url: url.slice(0, start) + (kept.length === 0 ? '' : `?${kept.join('&')}`), value };
}
