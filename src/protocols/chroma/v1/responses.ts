import type { Tenant } from '../../../tenants/tenant.js';

/** The last release that had this API. */
const VERSION = '0.6.3';

/** The answer of a call that returns nothing. */
export const NULL = 'null';

export function toV1VersionResponse(): string {
  return JSON.stringify(VERSION);
}

export function toV1ChecksResponse(maxBatchSize: number): string {
  return JSON.stringify({ max_batch_size: maxBatchSize });
}

export function toV1TenantResponse({ name }: Tenant): string {
  return JSON.stringify({ name });
}

/** How the answers to a get and a query end. */
export function includedTail(include: readonly string[]): string {
  return `"data":null,"included":${JSON.stringify(include)}`;
}
