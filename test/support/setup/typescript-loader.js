import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const swcrcFile = fileURLToPath(new URL('../../../.swcrc', import.meta.url));

/** Finds `./x.ts` where `./x.js` is asked for and does not exist: processes that tests start run the sources too. */
export function resolve(specifier, context, next) {
  if (/^(\.{0,2}\/|file:).*\.js$/.test(specifier)) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    const isMissing = !existsSync(new URL(specifier, context.parentURL));
    if (isMissing && existsSync(source)) return next(source.href, context);
  }
  return next(specifier, context);
}

/** Takes the types away, as the build does. */
export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), { filename, configFile: swcrcFile, sourceMaps: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
