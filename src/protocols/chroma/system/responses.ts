import type { Identity } from './operations.js';

/** The release that the open-source server names, whatever its own. */
const VERSION = '1.0.0';

/** Nanoseconds since 1970, beyond what a double can hold. */
export function toHeartbeatResponse(): string {
  return `{"nanosecond heartbeat":${String(BigInt(Date.now()) * 1_000_000n)}}`;
}

export function toVersionResponse(): string {
  return JSON.stringify(VERSION);
}

export function toHealthResponse(isReady: boolean): string {
  return JSON.stringify({ is_executor_ready: isReady, is_log_client_ready: isReady });
}

export function toChecksResponse(maxBatchSize: number): string {
  return JSON.stringify({ max_batch_size: maxBatchSize, supports_base64_encoding: true });
}

export function toIdentityResponse({ userId, tenant, databases }: Identity): string {
  return JSON.stringify({ user_id: userId, tenant, databases });
}
