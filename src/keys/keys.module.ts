import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CONFIG, type Config } from '../config/config.js';
import { ApiKeyStore } from './api-key.store.js';
import { ApiKeysService } from './api-keys.service.js';
import { Authentication } from './authentication.js';
import { rootDigest } from './root-key.js';
import { RuleGuard } from './rule.guard.js';
import { SharedSecretStore } from './shared-secret.store.js';
import { SharedSecrets } from './shared-secrets.service.js';

/** Who calls, and what they may. */
@Global()
@Module({
  providers: [
    ApiKeyStore,
    {
      provide: ApiKeysService,
      useFactory: (store: ApiKeyStore, config: Config) => new ApiKeysService(store, rootDigest(config)),
      inject: [ApiKeyStore, CONFIG],
    },
    Authentication,
    SharedSecretStore,
    SharedSecrets,
    { provide: APP_GUARD, useClass: RuleGuard },
  ],
  exports: [ApiKeysService, Authentication, SharedSecrets],
})
export class KeysModule {}
