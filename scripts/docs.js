/**
 * Writes the README's generated tables, the settings and what each protocol supports, from the code.
 * With `--check`, changes nothing and fails when the README is not what it would write.
 */
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build-if-needed.js';

buildIfNeeded();
const { SETTINGS } = await import('../dist/config/config.js');
const { ChromaModule } = await import('../dist/protocols/chroma/chroma.module.js');
const { PineconeModule } = await import('../dist/protocols/pinecone/pinecone.module.js');
const { VectorizerModule } = await import('../dist/protocols/vectorizer/vectorizer.module.js');

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'any'];

function settingsTable() {
  const rows = Object.values(SETTINGS).map(({ variable, aliases, fallback, strict, description }) => {
    const names = [variable, ...aliases].map((name) => `\`${name}\``).join(', ');
    const value = Array.isArray(fallback) ? listText(fallback) : String(fallback ?? '');
    const meaning = strict === undefined ? description : `${description} Strict: \`${strict}\`.`;
    return `| ${names} | ${value === '' ? '' : `\`${value}\``} | ${meaning} |`;
  });
  return ['| variable, and other names for it | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Numbers in a list are a range. */
function listText(items) {
  const isRange = items.length > 1 && items.every((item) => typeof item === 'number');
  return isRange ? `${items[0]}-${items.at(-1)}` : items.join(',');
}

/** Why a handler only refuses, by what it throws; undefined when it serves. */
function refusalOf(source) {
  if (/unimplemented\('Snapshots/.test(source)) return '501';
  if (source.includes('unimplemented(')) return '501, as on a single Chroma node';
  if (/ChromaError\(404, 'NotFoundError', 'Attached/.test(source)) return '404, as on a single Chroma node';
  return /^\w+\(\) \{\s*throw new PineconeError\('UNIMPLEMENTED'/.test(source) ? '501' : undefined;
}

/** One row per route; a handler that only refuses says so. */
function supportTable(module, prefix) {
  const rows = Reflect.getMetadata('controllers', module).flatMap((controller) => {
    // a data plane has a path for each way to name its index: the first stands for all
    const base = [Reflect.getMetadata('path', controller)].flat()[0];
    return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
      const handler = Object.getOwnPropertyDescriptor(controller.prototype, name)?.value;
      const method = typeof handler === 'function' ? Reflect.getMetadata('method', handler) : undefined;
      if (method === undefined) return [];
      const served = refusalOf(handler.toString()) ?? 'yes';
      return [Reflect.getMetadata('path', handler)].flat().map((path) => {
        const full = `/${base}/${path}`.replace(/\/+/g, '/').replace(/\/$/, '').replace(prefix, '');
        return `| ${METHODS[method]} | \`${full.replace(/[:*](\w+)/g, '{$1}')}\` | ${served} |`;
      });
    });
  });
  return ['| method | path | served |', '| --- | --- | --- |', ...rows].join('\n');
}

const file = fileURLToPath(new URL('../README.md', import.meta.url));
const before = readFileSync(file, 'utf8');
let after = before;
for (const [name, table] of [
  ['settings', settingsTable()],
  ['chroma', supportTable(ChromaModule, '/chroma')],
  ['pinecone', supportTable(PineconeModule, '/pinecone')],
  ['vectorizer', supportTable(VectorizerModule, '/vectorizer')],
]) {
  const block = new RegExp(`(<!-- ${name}:begin -->\\n)[^]*?(<!-- ${name}:end -->)`);
  if (!block.test(after)) throw new Error(`README.md has no place for ${name}`);
  after = after.replace(block, (_, begin, end) => `${begin}${table}\n${end}`);
}
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('README.md is out of date: run `npm run docs`');
    process.exit(1);
  }
} else {
  writeFileSync(file, after);
}
