import { signal } from '@preact/signals';

/** A request that the API console has sent; without the key. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: string;
  readonly body: string;
  readonly status: number;
  readonly requestId: string;
  readonly at: string;
}

const STORED = 'polyvec.history';
const KEPT = 50;

/** The newest first; of this tab. */
export const sent = signal<readonly Sent[]>(stored());

export function remember(request: Sent): void {
  sent.value = [request, ...sent.value].slice(0, KEPT);
  sessionStorage.setItem(STORED, JSON.stringify(sent.value));
}

export function sentFromHere(requestId: string): boolean {
  return sent.value.some((request) => request.requestId === requestId);
}

function stored(): readonly Sent[] {
  try {
    return JSON.parse(sessionStorage.getItem(STORED) ?? '[]') as readonly Sent[];
  } catch {
    return [];
  }
}
