import { Global, Module, type DynamicModule } from '@nestjs/common';
import { CONFIG, type Config } from './config.js';
import { ConsoleModule } from './console/console.module.js';
import type { Listener } from './http/listeners.js';
import type { Database } from './postgres/database.js';
import { PostgresModule } from './postgres/postgres.module.js';
import { ChromaModule } from './protocols/chroma/chroma.module.js';

/** The ports, each with the prefix it stands for. A new protocol is one line here and one module below. */
export function listenersOf(config: Config): readonly Listener[] {
  return [
    { name: 'chroma', port: config.chromaPort, prefix: '/chroma' },
    { name: 'console', port: config.consolePort, prefix: '' },
  ];
}

/** Joins the protocols to the core, over one database. */
@Global()
@Module({})
export class AppModule {
  static with(config: Config, database: Database): DynamicModule {
    return {
      module: AppModule,
      imports: [PostgresModule.with(database), ChromaModule, ConsoleModule],
      providers: [{ provide: CONFIG, useValue: config }],
      exports: [CONFIG],
    };
  }
}
