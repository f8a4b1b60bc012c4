import { authorization } from '../../api.js';
import type { Timing } from '../../parts/plan-panel.js';
import { remember } from '../../state/history.js';

export interface Draft {
  readonly method: string;
  readonly path: string;
  /** `name: value`, one a line. */
  readonly headers: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly text: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly requestId: string;
  readonly plan: string | null;
  readonly timing: Timing | null;
}

/** Sends a request to a protocol's path on this port, with this page's key, and asks for its plan. @throws Error when it cannot be sent */
export async function send(draft: Draft): Promise<Answer> {
  if (/[{}]/.test(draft.path)) throw new Error('Fill in what is in braces first.');
  // browsers read a backslash as a slash, and skip tabs: what follows would be a host, which gets the key
  if (!/^\/(?![/\\\s])/.test(draft.path)) throw new Error('A path begins with one slash: requests go to this gateway only.');
  const hasBody = draft.method !== 'GET' && draft.body.trim() !== '';
  const response = await fetch(draft.path, {
    method: draft.method,
    credentials: 'omit',
    headers: {
      ...authorization(),
      'x-polyvec-explain': '1',
      ...(hasBody && { 'content-type': 'application/json' }),
      ...Object.fromEntries(headersOf(draft.headers)),
    },
    ...(hasBody && { body: draft.body }),
  });
  const text = await response.text();
  const requestId = response.headers.get('x-request-id') ?? '';
  remember({ ...draft, status: response.status, requestId, at: new Date().toISOString() });
  return {
    status: response.status,
    statusText: response.statusText,
    text,
    headers: [...response.headers],
    requestId,
    plan: response.headers.get('x-polyvec-plan'),
    timing: timingOf(response.headers.get('server-timing')),
  };
}

/** @throws Error for a line that is no header */
function headersOf(text: string): readonly (readonly [string, string])[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new Error(`“${line}” is no header: it needs a name and a colon.`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
    });
}

/** `total;dur=1.2, db;dur=0.8, pool;dur=0.1`. */
function timingOf(header: string | null): Timing | null {
  if (header === null) return null;
  const parts = new Map(
    [...header.matchAll(/([\w-]+);(?:[^,]*;)?\s*dur=([\d.]+)/g)].map(([, name = '', value = '0']) => [name, Number(value)]),
  );
  const of = (...names: readonly string[]): number =>
    names.map((name) => parts.get(name)).find((value) => value !== undefined) ?? 0;
  return { totalMs: of('total'), databaseMs: of('db', 'database'), poolMs: of('pool', 'wait') };
}
