import { computed, signal } from '@preact/signals';
import type { Session, TenantList } from '../../../src/console/api/contract/session.js';
import { ApiError, call, messageOf } from '../api.js';
import { isLockedOut } from './key.js';

const TENANTS_AGAIN_MS = 2_000;

/** What the gateway says of itself and of this key; null before it has answered. */
export const session = signal<Session | null>(null);
export const tenants = signal<TenantList['tenants']>([]);
/** Why there is no session, in words; null: there is one, or a key is needed. */
export const sessionFailure = signal<string | null>(null);

export const isReadOnly = computed(() => session.value?.mode === 'read-only');
export const mayWrite = computed(() => !isReadOnly.value && session.value?.permissions.includes('write') === true);
export const isOperator = computed(() => session.value?.isOperator === true);

/** Asks for the session, with the key if there is one. Never fails: what went wrong is in the signals. */
export async function openSession(): Promise<void> {
  try {
    session.value = await call<Session>('GET', '/session');
    isLockedOut.value = false;
    sessionFailure.value = null;
    await loadTenants();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return;
    sessionFailure.value = messageOf(error);
  }
}

/** Until they are there, they are asked for again: the database may be down while the page is opened, and the page works without. */
async function loadTenants(): Promise<void> {
  try {
    tenants.value = (await call<TenantList>('GET', '/tenants')).tenants;
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status > 0 && error.status < 500)) throw error;
    window.setTimeout(() => {
      loadTenants().catch(() => undefined);
    }, TENANTS_AGAIN_MS);
  }
}
