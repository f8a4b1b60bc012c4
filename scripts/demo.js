/** `npm run demo`: builds when needed and runs bench/demo/demo.ts. Arguments follow `--`: `npm run demo -- --url http://127.0.0.1:8000`. */
import { buildIfNeeded } from './build-if-needed.js';

buildIfNeeded();
await import('../test/support/setup/register.js');
await import('../bench/demo/demo.ts');
