import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import { JsonNumber, readJson, type Json } from '../../../http/json.js';
import type { RequestBody } from '../../../http/request-body.js';
import { Read, validate } from '../../../http/validate.js';
import { CollectionOperations } from '../collections/operations.js';
import { parseHnsw } from '../collections/requests.js';
import { DEFAULT_HNSW, definitionOf, NO_QUANTIZATION, type Quantization } from '../collections/collection-definition.js';
import { CollectionTargets } from '../targets.js';
import { ABSENT_NULLS, MEANT_NULLS } from '../wire/dialect.js';
import { unimplemented, validationError } from '../vectorizer-error.js';
import { Allow } from '../../../keys/allow.js';

/** `{new_name}`. */
export class RenameRequest {
  @IsOptional() @IsString() new_name?: string;
}

/** `{ttl_secs}`: seconds, or null for ever. */
export class TtlRequest {
  @Read(readJson) ttl_secs?: Json;
}

/** The index' parameters. */
export class ReindexRequest {
  @Read(readJson) m?: Json;
  @Read(readJson) ef_construction?: Json;
  @Read(readJson) ef_search?: Json;
}

export class ReencodeRequest {
  @IsOptional() @IsString() target_encoding?: string;
}

const ENCODINGS: ReadonlyMap<string, Quantization> = new Map([
  ['fp32', NO_QUANTIZATION],
  ['sq8', { enabled: true, type: 'sq8', bits: 8 }],
  ['binary', { enabled: true, type: 'binary', bits: 1 }],
]);

/** What is done to a collection as a whole. */
@Controller('vectorizer/collections/:collection')
export class MaintenanceController {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly operations: CollectionOperations,
  ) {}

  /** What was written was saved before it was answered. */
  @Allow('write')
  @Post('force-save')
  @HttpCode(200)
  async save(@Param('collection') name: string): Promise<object> {
    await this.targets.require(name);
    return { success: true, message: `Collection '${name}' saved successfully`, flushed: true };
  }

  @Allow('write')
  @Post('rename')
  @HttpCode(200)
  async rename(@Param('collection') name: string, @Body() body: RequestBody): Promise<object> {
    const { new_name: newName } = validate(RenameRequest, body, ABSENT_NULLS);
    await this.operations.rename(name, newName);
    return { old_name: name, new_name: newName, alias_retained: true, status: 'ok' };
  }

  @Allow('read')
  @Get('ttl')
  async ttl(@Param('collection') name: string): Promise<object> {
    const { ttlSeconds } = definitionOf(await this.targets.require(name));
    return { collection: name, ttl_secs: ttlSeconds };
  }

  /** Counts for vectors that are written from now on. */
  @Allow('write')
  @Post('ttl')
  @HttpCode(200)
  async setTtl(@Param('collection') name: string, @Body() body: RequestBody): Promise<object> {
    const { ttl_secs: sent } = validate(TtlRequest, body, MEANT_NULLS);
    if (sent === undefined) throw validationError('ttl_secs', 'missing ttl_secs parameter');
    const seconds = sent instanceof JsonNumber ? Number(sent.text) : sent;
    if (seconds !== null && !(typeof seconds === 'number' && seconds > 0 && Number.isSafeInteger(Math.round(seconds * 1000)))) {
      throw validationError('ttl_secs', 'it must be a positive number, or null');
    }
    await this.operations.revise(name, (definition) => ({ ...definition, ttlSeconds: seconds }));
    return { collection: name, ttl_secs: seconds, status: 'ok' };
  }

  @Allow('write')
  @Post('reindex')
  @HttpCode(200)
  async reindex(@Param('collection') name: string, @Body() body: RequestBody): Promise<object> {
    const request = validate(ReindexRequest, body, ABSENT_NULLS);
    const given = Object.entries(request as object).filter((entry): entry is [string, Json] => entry[1] !== undefined);
    const params = parseHnsw(new Map(given), DEFAULT_HNSW);
    await this.operations.revise(name, (definition) => ({ ...definition, hnsw: params }));
    return { job_id: randomUUID(), collection: name, state: 'completed', params, progress: 1 };
  }

  /** The encoding is reported; vectors stay float32. */
  @Allow('write')
  @Post('reencode')
  @HttpCode(200)
  async reencode(@Param('collection') name: string, @Body() body: RequestBody): Promise<object> {
    const { target_encoding: encoding } = validate(ReencodeRequest, body, ABSENT_NULLS);
    const quantization = encoding === undefined ? undefined : ENCODINGS.get(encoding);
    if (quantization === undefined) throw validationError('target_encoding', 'it must be one of sq8, binary, fp32');
    await this.operations.revise(name, (definition) => ({ ...definition, quantization }));
    return { job_id: randomUUID(), collection: name, state: 'completed', target_encoding: encoding, progress: 1 };
  }

  @Allow('write')
  @Post(['snapshot', 'snapshots/:id/restore'])
  snapshot(): never {
    throw unimplemented('Snapshots of collections are');
  }

  @Allow('read')
  @Get('snapshots')
  listSnapshots(): never {
    throw unimplemented('Snapshots of collections are');
  }
}
