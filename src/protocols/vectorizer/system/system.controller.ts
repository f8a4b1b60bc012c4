import { Body, Controller, Get, Header, HttpCode, Post, Res } from '@nestjs/common';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import type { Response } from 'express';
import { MAX_DIMENSION } from '../../../collections/collection.js';
import type { RequestBody } from '../../../http/request-body.js';
import { Read, validate } from '../../../http/validate.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { VERSION } from '../../../version.js';
import { CollectionOperations, type SizedCollection } from '../collections/operations.js';
import { bytesOf, rfc3339 } from '../collections/responses.js';
import { ABSENT_NULLS } from '../wire/dialect.js';
import { EmbeddingProviders, LOCAL_PROVIDER } from '../collections/embedding-providers.js';
import { readNumber } from '../wire/json-values.js';
import { validationError } from '../vectorizer-error.js';
import { Allow } from '../../../keys/allow.js';

/** The release whose behaviour is followed: clients may look at it. */
export const EMULATED_VERSION = '3.5.0';
/** Answers come from the database: there is nothing to count. */
const NO_CACHE = { size: 0, capacity: 0, hits: 0, misses: 0, evictions: 0, hit_rate: 0 };

/** `POST /embed`. */
export class EmbedRequest {
  @IsOptional() @IsString() text?: string;
  @IsOptional() @IsString() model?: string;
  @Read(readNumber) @IsOptional() @Max(MAX_DIMENSION) @Min(1) @IsInt() dimension?: number;
}

/** What the server says of itself, and its embedder. */
@Controller('vectorizer')
export class SystemController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly collections: CollectionOperations,
    private readonly providers: EmbeddingProviders,
  ) {}

  /** 503 when the database does not answer. */
  @Allow('anyone')
  @Get('health')
  async health(@Res({ passthrough: true }) response: Response): Promise<object> {
    const available = await this.tenants.isAvailable();
    if (!available) response.status(503);
    return {
      status: available ? 'healthy' : 'unhealthy',
      timestamp: new Date().toISOString(),
      version: EMULATED_VERSION,
      gateway_version: VERSION,
      cache: NO_CACHE,
    };
  }

  /** `collections` is a number, as Python's SDK reads it. */
  @Allow('read')
  @Get('stats')
  async stats(): Promise<object> {
    const collections = await this.collections.list();
    const bytes = totalBytes(collections);
    return {
      collections: collections.length,
      total_collections: collections.length,
      total_vectors: collections.reduce((sum, { size }) => sum + size.count, 0),
      uptime_seconds: uptimeSeconds(),
      version: EMULATED_VERSION,
      default_quantization: 'none',
      compression_ratio: 1,
      providers: this.providers.list().map(({ name, dimension }) => ({ name, dimension, default: name === LOCAL_PROVIDER })),
      default_provider: LOCAL_PROVIDER,
      total_size_bytes: bytes,
      memory_usage_bytes: process.memoryUsage.rss(),
      disk_usage_bytes: bytes,
    };
  }

  @Allow('read')
  @Get('status')
  async status(): Promise<object> {
    const count = await this.collections.count();
    return { online: true, version: EMULATED_VERSION, uptime_seconds: uptimeSeconds(), collections_count: count };
  }

  @Allow('read')
  @Get('indexing/progress')
  async progress(): Promise<object> {
    const collections = await this.collections.list();
    return {
      overall_status: 'completed',
      is_indexing: false,
      collections: collections.map(({ collection, size }) => ({
        name: collection.name,
        collection_name: collection.name,
        vector_count: size.count,
        last_updated: rfc3339(collection.createdAt),
        status: 'completed',
        progress: 1,
        total_documents: size.count,
        processed_documents: size.count,
        errors: 0,
      })),
      total_collections: collections.length,
      completed_collections: collections.length,
      processing_collections: 0,
    };
  }

  @Allow('anyone')
  @Get('prometheus/metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async metrics(): Promise<string> {
    const gauges: readonly (readonly [name: string, help: string, value: number])[] = [
      ['polyvec_up', 'Whether the database answers.', Number(await this.tenants.isAvailable())],
      ['polyvec_uptime_seconds', 'Since the process started.', process.uptime()],
      ['process_resident_memory_bytes', 'Resident memory.', process.memoryUsage.rss()],
    ];
    return gauges
      .map(([name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${String(value)}\n`)
      .join('');
  }

  @Allow('read')
  @Post('embed')
  @HttpCode(200)
  async embed(@Body() body: RequestBody): Promise<object> {
    const { text, model = LOCAL_PROVIDER, dimension } = validate(EmbedRequest, body, ABSENT_NULLS);
    if (text === undefined || text.trim() === '') throw validationError('text', 'missing or empty text parameter');
    const provider = this.providers.requireModel(model);
    const wanted = this.providers.dimensionOf(provider, dimension);
    const [embedding = new Float32Array()] = await this.providers.embedWith(provider.name, [text], {
      inputType: 'passage',
      dimension: wanted,
    });
    return { embedding: Array.from(embedding), text, dimension: embedding.length, model, provider: provider.name };
  }
}

function uptimeSeconds(): number {
  return Math.floor(process.uptime());
}

function totalBytes(collections: readonly SizedCollection[]): number {
  return collections.reduce((sum, { collection, size }) => {
    const { index, payload } = bytesOf(collection, size);
    return sum + index + payload;
  }, 0);
}
