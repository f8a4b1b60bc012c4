import { Injectable } from '@nestjs/common';
import { RecordTransfersService } from '../../../records/record-transfers.service.js';
import { CollectionTargets, NAMESPACE } from '../targets.js';
import { validationError } from '../vectorizer-error.js';
import { requireIds } from '../wire/ids.js';
import { requireDestination, type TransferRequest } from './requests.js';

/** Whether the source keeps its vectors. */
export type TransferMode = 'copy' | 'move';

/** What became of an id. */
export interface TransferReport {
  readonly id: string | undefined;
  readonly status: 'ok' | 'missing_in_src' | 'dst_insert_failed';
  readonly error: string | undefined;
}

/** Moves and copies of vectors between collections, each of them one transaction. */
@Injectable()
export class TransferOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly transfers: RecordTransfersService,
  ) {}

  /** Reports on every id. @throws VectorizerError 400 without ids or a destination, or with the source as one; 404 */
  async transfer(name: string, request: TransferRequest, mode: TransferMode): Promise<readonly TransferReport[]> {
    const destinationName = requireDestination(request);
    const ids = requireIds(request.ids);
    const source = await this.targets.require(name);
    const destination = await this.targets.require(destinationName);
    if (source.id === destination.id) throw validationError('destination', 'it must be another collection');
    if (source.dimension !== destination.dimension) {
      const error = `vector dim ${String(source.dimension)} != collection dim ${String(destination.dimension)}`;
      return ids.map((id) => ({ id, status: 'dst_insert_failed', error }));
    }
    const wanted = [...new Set(ids.filter((id) => id !== undefined))];
    const found = await this.transfers.transfer({ source, destination, namespace: NAMESPACE, ids: wanted, mode });
    const left = new Set(found);
    return ids.map((id) => {
      if (id === undefined) return { id, status: 'missing_in_src', error: 'id must be a string' };
      // an id that occurs twice is moved once
      const isThere = mode === 'move' ? left.delete(id) : left.has(id);
      if (!isThere) return { id, status: 'missing_in_src', error: `Vector not found: ${id}` };
      return { id, status: 'ok', error: undefined };
    });
  }
}
