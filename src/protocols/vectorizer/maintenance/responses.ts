import { randomUUID } from 'node:crypto';

export function toSaved(name: string): object {
  return { success: true, message: `Collection '${name}' saved successfully`, flushed: true };
}

export function toRenamed(name: string, newName: string | undefined): object {
  return { old_name: name, new_name: newName, alias_retained: true, status: 'ok' };
}

export function toTtl(name: string, seconds: number | null): object {
  return { collection: name, ttl_secs: seconds };
}

/** A job, which is done when it is answered. */
export function toJob(name: string, what: Readonly<Record<string, unknown>>): object {
  return { job_id: randomUUID(), collection: name, state: 'completed', ...what, progress: 1 };
}
