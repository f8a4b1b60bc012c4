import type { Request } from 'express';
import type { ErrorDetail } from '../../../errors.js';
import { DEFAULT_TENANT } from '../../../tenants/tenant.js';
import { ChromaError } from '../chroma-error.js';

/** The answers of servers 0.5.20 to 0.6.3, of both versions of the API, where they differ from 1.x; undefined where they do not. */
export function toLegacyError(detail: ErrorDetail, request: Request): ChromaError | undefined {
  const tenant = tenantOf(request);
  if (detail.kind === 'unauthenticated' || (detail.kind === 'forbidden' && detail.subject === 'permission')) {
    return new ChromaError(403, 'AuthError', 'Forbidden');
  }
  if (detail.kind === 'not_found') {
    if (detail.subject === 'tenant') return new ChromaError(404, 'NotFoundError', `Tenant ${detail.name} not found`);
    if (detail.subject === 'database') {
      return new ChromaError(
        404,
        'NotFoundError',
        `Database ${detail.name} not found for tenant ${tenant}. Are you sure it exists?`,
      );
    }
    const error = request.method === 'DELETE' ? 'InvalidArgumentError' : 'InvalidCollection';
    return new ChromaError(400, error, `Collection ${detail.name} does not exist.`);
  }
  if (detail.kind === 'already_exists') {
    const subject = {
      tenant: 'Tenant',
      database: 'Database',
      collection: 'Collection',
      resource_name: 'Resource name',
      namespace: 'Namespace',
      snapshot: 'Snapshot',
      backup_schedule: 'Backup schedule',
    }[detail.subject];
    const where = detail.subject === 'database' ? ` for tenant ${tenant}` : '';
    return new ChromaError(409, 'UniqueConstraintError', `${subject} ${detail.name} already exists${where}`);
  }
  if (detail.kind === 'invalid' && detail.subject === 'dimension') {
    const text = `Embedding dimension ${String(detail.actual)} does not match collection dimensionality ${String(detail.expected)}`;
    return new ChromaError(400, 'InvalidDimension', text);
  }
  return undefined;
}

/** In v1 the tenant is a query parameter, in v2 a part of the path. */
function tenantOf({ query, params }: Request): string {
  const named = query['tenant'] ?? params['tenant'];
  return typeof named === 'string' ? named : DEFAULT_TENANT;
}
