import type { Request } from 'express';

/** The content type of an answer without a body: SDKs parse what is called JSON. */
export const NO_CONTENT_TYPE = 'text/plain';

/** Go's SDK takes nothing but 200 for these calls, where the others take what the service documents. */
function takesOnly200(request: Request): boolean {
  return (request.headers['user-agent'] ?? '').toLowerCase().includes('go-client');
}

/** The status of a change that has been made. */
export function acceptedStatus(request: Request): number {
  return takesOnly200(request) ? 200 : 202;
}

/** The status of a backup that has been made. */
export function createdStatus(request: Request): number {
  return takesOnly200(request) ? 200 : 201;
}
