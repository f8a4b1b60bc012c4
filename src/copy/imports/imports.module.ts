import { Module } from '@nestjs/common';
import { CollectionsModule } from '../../collections/collections.module.js';
import { ImportStore } from './import.store.js';
import { ImportsService } from './imports.service.js';

@Module({
  imports: [CollectionsModule],
  providers: [ImportStore, ImportsService],
  exports: [ImportsService],
})
export class ImportsModule {}
