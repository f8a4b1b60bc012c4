import { signal } from '@preact/signals';

const STORED = 'polyvec.key';

/** The key that calls carry; in memory, and in this tab's session storage when that was asked for. Never in a cookie. */
export const key = signal<string | null>(sessionStorage.getItem(STORED));
/** A key is needed, and there is none that the gateway takes. */
export const isLockedOut = signal(false);

export function takeKey(value: string, isKept: boolean): void {
  key.value = value;
  if (isKept) sessionStorage.setItem(STORED, value);
  else sessionStorage.removeItem(STORED);
}

export function forgetKey(): void {
  key.value = null;
  sessionStorage.removeItem(STORED);
}

export function lockOut(): void {
  forgetKey();
  isLockedOut.value = true;
}
