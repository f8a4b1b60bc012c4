import { Injectable } from '@nestjs/common';
import { CollectionsService } from '../../../collections/collections.service.js';
import { GatewayError } from '../../../errors.js';
import { currentCaller } from '../../../tenants/caller.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { ChromaError, invalidArgument } from '../chroma-error.js';
import { SHORTEST_NAME } from '../limits.js';
import { isShort, nameProblem } from '../wire/names.js';

/** What both versions of the API do with tenants and databases. */
@Injectable()
export class TenantOperations {
  constructor(
    private readonly tenants: TenantsService,
    private readonly collections: CollectionsService,
  ) {}

  /** @throws ChromaError 400 for a name that is too short; nothing else is wrong with a tenant's name */
  async create(name: string): Promise<void> {
    if (isShort(name)) {
      const value = `{"value": String(${JSON.stringify(name)}), "min": Number(${String(SHORTEST_NAME)})}`;
      throw invalidArgument(`Validation error: name: Validation error: length [${value}]`);
    }
    await this.tenants.create(name);
  }

  /** Creates a database, and its tenant, if there is none. @throws ChromaError 400 for a name that breaks a rule */
  async createDatabase(tenant: string, name: string): Promise<void> {
    const problem = nameProblem(name);
    if (problem !== undefined) throw invalidArgument(problem);
    const database = { tenant, database: name };
    try {
      await this.tenants.createDatabase(database);
    } catch (error) {
      // a caller that reaches one tenant only is told that there is no other
      if (!isMissingTenant(error) || currentCaller().tenant !== null) throw error;
      await this.ensureTenant(tenant);
      await this.tenants.createDatabase(database);
    }
  }

  private async ensureTenant(name: string): Promise<void> {
    try {
      await this.tenants.create(name);
    } catch (error) {
      // another request was faster
      if (!(error instanceof GatewayError) || error.kind !== 'already_exists') throw error;
    }
  }

  /** Deletes a database and what is in it. @throws ChromaError 404 */
  async deleteDatabase(tenant: string, name: string): Promise<void> {
    try {
      await this.tenants.deleteDatabase({ tenant, database: name });
    } catch (error) {
      // this message alone lacks the question that the others end with
      if (error instanceof GatewayError && error.kind === 'not_found') {
        throw new ChromaError(404, 'NotFoundError', `Database [${name}] not found`);
      }
      throw error;
    }
    this.collections.forgetDropped();
  }
}

function isMissingTenant(error: unknown): boolean {
  return error instanceof GatewayError && error.detail.kind === 'not_found' && error.detail.subject === 'tenant';
}
