import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { GatewayError } from '../errors.js';

/**
 * Without keys, whatever reaches a port may read and delete everything; so may a web page in the browser of somebody on this
 * machine, who only has to visit it. Two headers that pages cannot forge tell such requests apart: `Host`, which names the
 * page's own site when its DNS name was rebound to this machine, and `Origin` (with `Sec-Fetch-Site`), which browsers send
 * with requests to other sites.
 */
export interface SourceRules {
  /** Whether only requests for known hosts are answered. */
  readonly checksHosts: boolean;
  /** Hosts besides the ones that are always known; `*`: every host. */
  readonly allowedHosts: readonly string[];
  /** Hosts whose subdomains are known, too. */
  readonly domains: readonly string[];
  /** Origins of other sites; `*`: every origin. */
  readonly allowedOrigins: readonly string[];
}

/** Where a request says that it comes from and goes to. */
export interface RequestSource {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The host that is asked for, with its port; undefined for a request that names none, as old HTTP/1.0 clients. */
  readonly host: string | undefined;
  readonly scheme: 'http' | 'https';
  /** Whether a browser may be led here from any other site: the answer is a page for people, and changes nothing. */
  readonly isPage: boolean;
}

/** @throws GatewayError `misdirected` for a host that is not known, `forbidden` for a page of another site */
export function requireTrustedSource(rules: SourceRules, source: RequestSource): void {
  const { host } = source;
  if (rules.checksHosts && host !== undefined && !isKnownHost(rules, host)) {
    throw new GatewayError({ kind: 'misdirected', subject: 'host', host });
  }
  if (rules.allowedOrigins.includes('*')) return;
  const { origin } = source.headers;
  if (origin !== undefined) {
    if (rules.allowedOrigins.includes(origin) || origin === `${source.scheme}://${host ?? ''}`) return;
    throw new GatewayError({ kind: 'forbidden', subject: 'origin', origin });
  }
  const site = source.headers['sec-fetch-site'];
  if ((site === 'cross-site' || site === 'same-site') && !isNavigation(source)) {
    throw new GatewayError({ kind: 'forbidden', subject: 'origin', origin: `a ${site} page` });
  }
}

/** A link that somebody follows: the page that holds it learns nothing of the answer. */
function isNavigation({ method, headers, isPage }: RequestSource): boolean {
  const isTopLevel = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return isPage && method === 'GET' && isTopLevel;
}

function isKnownHost({ allowedHosts, domains }: SourceRules, host: string): boolean {
  const name = nameOf(host);
  if (name === undefined) return false;
  if (isIP(name) !== 0 || !name.includes('.')) return true;
  if (name.endsWith('.localhost') || name.endsWith('.internal')) return true;
  if (domains.some((domain) => name === domain || name.endsWith(`.${domain}`))) return true;
  return allowedHosts.some((allowed) => allowed === '*' || nameOf(allowed) === name);
}

/** A host's name without its port, its brackets and the root's dot, in small letters; undefined for what names no host. */
function nameOf(host: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '');
}

/** Why the request was refused, and the setting that lets it pass: the same sentence for clients and for the log. */
export function sourceRefusal(detail: { readonly host: string } | { readonly origin: string }): string {
  if ('host' in detail) return `Requests for the host ${shown(detail.host)} are not answered here (POLYVEC_ALLOWED_HOSTS)`;
  return `Requests of web pages from ${shown(detail.origin)} are not allowed (POLYVEC_CORS_ORIGINS)`;
}

const MAX_SHOWN = 100;

function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
