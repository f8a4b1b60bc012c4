import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { callerScope } from '../../../tenants/caller.js';
import { ChangesGuard } from '../changes.guard.js';
import type { CollectionDetail } from '../contract/collections.js';
import type { BackupRow, CreatedKey, KeyList, PlaceList, SystemState } from '../contract/system.js';
import { ConsoleBackups } from './backups.js';
import { ConsoleKeys } from './keys.js';
import { ConsolePlaces } from './places.js';
import { NamedRequest, NewKeyRequest, SampleRequest } from './requests.js';
import { ConsoleSamples } from './samples.js';
import { ConsoleSystem } from './system.js';

/** The gateway itself, its keys, backups and samples. */
@UseGuards(ChangesGuard)
@Controller('console/api/v1')
export class ConsoleSystemController {
  constructor(
    private readonly system: ConsoleSystem,
    private readonly keys: ConsoleKeys,
    private readonly backups: ConsoleBackups,
    private readonly samples: ConsoleSamples,
    private readonly places: ConsolePlaces,
  ) {}

  @Allow('operator')
  @Get('system')
  async state(): Promise<SystemState> {
    return this.system.state();
  }

  @Allow('operator')
  @Get('places')
  async listPlaces(): Promise<PlaceList> {
    return this.places.list();
  }

  @Allow('operator')
  @Get('keys')
  async listKeys(): Promise<KeyList> {
    return this.keys.list();
  }

  @Allow('operator')
  @Post('keys')
  @HttpCode(201)
  async createKey(@Body() body: RequestBody): Promise<CreatedKey> {
    return this.keys.create(validate(NewKeyRequest, body));
  }

  @Allow('operator')
  @Delete('keys/:id')
  @HttpCode(204)
  async revokeKey(@Param('id') id: string): Promise<void> {
    await this.keys.revoke(id);
  }

  @Allow('read')
  @Get('backups')
  async listBackups(@Query() { tenant, database }: Readonly<Record<string, string | undefined>>): Promise<readonly BackupRow[]> {
    const own = callerScope();
    return this.backups.list({ tenant: tenant ?? own.tenant, database: database ?? own.database });
  }

  @Allow('write')
  @Post('collections/:uuid/backups')
  @HttpCode(201)
  async createBackup(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<BackupRow> {
    return this.backups.create(uuid, validate(NamedRequest, body).name);
  }

  @Allow('write')
  @Post('backups/:id/restore')
  @HttpCode(201)
  async restore(@Param('id') id: string, @Body() body: RequestBody): Promise<CollectionDetail> {
    return this.backups.restore(id, validate(NamedRequest, body).name);
  }

  @Allow('write')
  @Delete('backups/:id')
  @HttpCode(204)
  async deleteBackup(@Param('id') id: string): Promise<void> {
    await this.backups.delete(id);
  }

  @Allow('write')
  @Post('samples')
  @HttpCode(201)
  async createSamples(@Body() body: RequestBody): Promise<CollectionDetail> {
    return this.samples.create(validate(SampleRequest, body));
  }
}
