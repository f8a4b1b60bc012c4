/**
 * `npm run package`: the tarball that is published, in the folder of the argument or in `release/`. It has its dependencies inside (see
 * docs/decisions/0039-the-package-has-its-dependencies-inside.md).
 */
import { mkdirSync } from 'node:fs';
import { makePackage } from './make-package.js';

const [destination = 'release'] = process.argv.slice(2);
mkdirSync(destination, { recursive: true });
console.log(makePackage(destination));
