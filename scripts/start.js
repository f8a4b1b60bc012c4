/** `npm start`: `polyvec start`, built first when needed. Further arguments follow `--`: `npm start -- --port 9000`. */
import { buildIfNeeded } from './build-if-needed.js';

buildIfNeeded();
process.argv.splice(2, 0, 'start');
await import('../dist/main.js');
