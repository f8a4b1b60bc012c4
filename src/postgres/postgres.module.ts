import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Database } from './database.js';

/** Gives every store the one database, which is open before the application is built. */
@Global()
@Module({})
export class PostgresModule {
  static with(database: Database): DynamicModule {
    return {
      module: PostgresModule,
      providers: [{ provide: Database, useValue: database }],
      exports: [Database],
    };
  }
}
