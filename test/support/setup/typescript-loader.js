import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pathOf = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const swcrcFile = pathOf('.swcrc');
const cache = pathOf('node_modules/.cache/polyvec-sources/');
/** What a result depends on besides the source. */
const common = [swcrcFile, pathOf('node_modules/@swc/core/package.json')].map((file) => readFileSync(file));

/** Finds `./x.ts` where `./x.js` is asked for and does not exist: processes that tests start run the sources too. */
export function resolve(specifier, context, next) {
  if (/^(\.{0,2}\/|file:).*\.js$/.test(specifier)) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    const isMissing = !existsSync(new URL(specifier, context.parentURL));
    if (isMissing && existsSync(source)) return next(source.href, context);
  }
  return next(specifier, context);
}

/** Takes the types away, as the build does. Results are kept: every process would have to make them again. */
export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const text = readFileSync(filename, 'utf8');
  const hash = createHash('sha256').update(filename).update(text);
  for (const bytes of common) hash.update(bytes);
  const kept = `${cache}${hash.digest('hex')}.js`;
  const source = existsSync(kept) ? readFileSync(kept, 'utf8') : keep(kept, await strip(text, filename));
  return { format: 'module', source, shortCircuit: true };
}

async function strip(text, filename) {
  const { transform } = await import('@swc/core');
  return (await transform(text, { filename, configFile: swcrcFile, sourceMaps: 'inline' })).code;
}

/** Whole or not at all: other processes read it. */
function keep(path, code) {
  mkdirSync(cache, { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, code);
  renameSync(draft, path);
  return code;
}
