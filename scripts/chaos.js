/**
 * `npm run chaos`: collections move into tables of their own, and get indexes, while three instances write and read them:
 * test/chaos/promotion.ts, on the server that TEST_DATABASE_URL or DATABASE_URL names, or else on the development database. Exits with 1
 * when an answer was wrong or a write was lost. `--rounds 50`, `--seed 1`.
 */
import { fileURLToPath } from 'node:url';
import { developmentDatabase } from './development-database.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
process.env.TEST_DATABASE_URL ??= process.env.DATABASE_URL ?? developmentDatabase();
await import('../test/support/register.js');
await import('../test/chaos/promotion.ts');
