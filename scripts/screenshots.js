/** `npm run screenshots`: the console's pictures in docs/images, of a gateway of its own with texts of its own. Needs chromium. */
import { buildIfNeeded } from './build-if-needed.js';

buildIfNeeded();
await import('../test/support/setup/register.js');
await import('../test/support/console-pictures.ts');
