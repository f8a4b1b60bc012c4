import { Module } from '@nestjs/common';
import { ImportsModule } from '../../../copy/imports/imports.module.js';
import { RecordsModule } from '../../../records/records.module.js';
import { ImportOperations } from './import-operations.js';
import { ImportWorker } from './import-worker.js';

/** Imports and what carries them out: for Pinecone's clients, and for the console. */
@Module({
  imports: [RecordsModule, ImportsModule],
  providers: [ImportOperations, ImportWorker],
  exports: [ImportOperations],
})
export class PineconeImportsModule {}
