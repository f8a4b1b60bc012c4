import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { unimplemented } from '../vectorizer-error.js';
import { ABSENT_NULLS, MEANT_NULLS } from '../wire/dialect.js';
import { MaintenanceOperations } from './operations.js';
import { hnswOf, ReencodeRequest, ReindexRequest, RenameRequest, requireEncoding, requireTtl, TtlRequest } from './requests.js';
import { toJob, toRenamed, toSaved, toTtl } from './responses.js';

/** What is done to a collection as a whole. */
@Controller('vectorizer/collections/:collection')
export class MaintenanceController {
  constructor(private readonly operations: MaintenanceOperations) {}

  @Allow('write')
  @Post('force-save')
  @HttpCode(200)
  async save(@Param('collection') name: string): Promise<object> {
    await this.operations.save(name);
    return toSaved(name);
  }

  @Allow('write')
  @Post('rename')
  @HttpCode(200)
  async rename(@Param('collection') name: string, @Body() body: RequestBody): Promise<object> {
    const { new_name: newName } = validate(RenameRequest, body, ABSENT_NULLS);
    await this.operations.rename(name, newName);
    return toRenamed(name, newName);
  }

  @Allow('read')
  @Get('ttl')
  async ttl(@Param('collection') name: string): Promise<object> {
    return toTtl(name, await this.operations.ttl(name));
  }

  @Allow('write')
  @Post('ttl')
  @HttpCode(200)
  async setTtl(@Param('collection') name: string, @Body() body: RequestBody): Promise<object> {
    const seconds = requireTtl(validate(TtlRequest, body, MEANT_NULLS));
    await this.operations.setTtl(name, seconds);
    return { ...toTtl(name, seconds), status: 'ok' };
  }

  @Allow('write')
  @Post('reindex')
  @HttpCode(200)
  async reindex(@Param('collection') name: string, @Body() body: RequestBody): Promise<object> {
    const params = hnswOf(validate(ReindexRequest, body, ABSENT_NULLS));
    await this.operations.reindex(name, params);
    return toJob(name, { params });
  }

  @Allow('write')
  @Post('reencode')
  @HttpCode(200)
  async reencode(@Param('collection') name: string, @Body() body: RequestBody): Promise<object> {
    const { encoding, quantization } = requireEncoding(validate(ReencodeRequest, body, ABSENT_NULLS));
    await this.operations.reencode(name, quantization);
    return toJob(name, { target_encoding: encoding });
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
