/**
 * Writes the generated parts of two pages: docs/support.md, what each protocol serves, from the operation tables that
 * `/docs` is made of, too; and docs/settings.md, from the definitions of the settings.
 * With `--check`, changes nothing and fails when a page is not what it would write.
 */
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build-if-needed.js';

buildIfNeeded();
const { SETTINGS } = await import('../dist/config/config.js');
const { PROTOCOLS } = await import('../dist/app.module.js');

const GATEWAY = 'The gateway';

/** The sections of the settings in reading order, with the variables that belong there; all others are the gateway's. */
const SECTIONS = [
  [GATEWAY, undefined],
  ['Chroma', /_CHROMA_|^POLYVEC_MAX_BODY_BYTES$/],
  ['Pinecone', /_PINECONE_|_PUBLIC_HOST$/],
  ['Vectorizer', /_VECTORIZER_/],
  ['Models', /_(EMBEDDING|RERANK)_/],
  ['Limits', /_LIMITS$|^POLYVEC_MAX_|_(HEADERS|REQUEST)_TIMEOUT_MS$/],
];

function sectionOf({ variable }) {
  return SECTIONS.find(([, pattern]) => pattern?.test(variable))?.[0] ?? GATEWAY;
}

function settingsSections() {
  const settings = Object.values(SETTINGS).filter(({ isEmulation }) => !isEmulation);
  return SECTIONS.map(([name]) => {
    return `### ${name}\n\n${settingsTable(settings.filter((setting) => sectionOf(setting) === name))}`;
  }).join('\n\n');
}

function settingsTable(settings) {
  const rows = settings.map(({ variable, aliases, fallback, strict, description }) => {
    const names = [variable, ...aliases].map((name) => `\`${name}\``).join(', ');
    const value = Array.isArray(fallback) ? listText(fallback) : String(fallback ?? '');
    const meaning = strict === undefined ? description : `${description} Strict: \`${strict}\`.`;
    return `| ${names} | ${value === '' ? '' : `\`${value}\``} | ${meaning} |`;
  });
  return table(['variable, and other names for it', 'default', 'meaning'], rows);
}

/** Numbers in a list are a range. */
function listText(items) {
  const isRange = items.length > 1 && items.every((item) => typeof item === 'number');
  return isRange ? `${items[0]}-${items.at(-1)}` : items.join(',');
}

/** A table for each tag of a protocol's operations, a row for each operation. */
function supportTables(operations) {
  const entries = Object.entries(operations);
  const tags = new Set(entries.map(([, { tag }]) => tag));
  return [...tags]
    .map((tag) => `### ${tag}\n\n${supportTable(entries.filter(([, operation]) => operation.tag === tag))}`)
    .join('\n\n');
}

function supportTable(entries) {
  const rows = entries.map(([key, { summary, refusal }]) => {
    const [method, path] = key.split(' ');
    return `| ${method} | \`${path === '' ? '/' : path}\` | ${summary} | ${refusal ?? 'yes'} |`;
  });
  return table(['method', 'path', 'what it does', 'served'], rows);
}

function table(heads, rows) {
  return [`| ${heads.join(' | ')} |`, `|${' --- |'.repeat(heads.length)}`, ...rows].join('\n');
}

/** The page with each named part replaced. */
function withParts(text, parts) {
  return Object.entries(parts).reduce((page, [name, content]) => {
    const block = new RegExp(`(<!-- ${name}:begin -->\\n)[^]*?(<!-- ${name}:end -->)`);
    if (!block.test(page)) throw new Error(`there is no place for ${name}`);
    return page.replace(block, (_, begin, end) => `${begin}${content}\n${end}`);
  }, text);
}

const PAGES = {
  'docs/settings.md': {
    settings: settingsSections(),
    emulation: settingsTable(Object.values(SETTINGS).filter(({ isEmulation }) => isEmulation)),
  },
  'docs/support.md': Object.fromEntries(PROTOCOLS.map(({ name, api }) => [name, supportTables(api.operations)])),
};

let isUpToDate = true;
for (const [path, parts] of Object.entries(PAGES)) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const before = readFileSync(file, 'utf8');
  const after = withParts(before, parts);
  if (after === before) continue;
  isUpToDate = false;
  if (!process.argv.includes('--check')) writeFileSync(file, after);
  else console.error(`${path} is out of date: run \`npm run docs\``);
}
if (!isUpToDate && process.argv.includes('--check')) process.exit(1);
// the application's modules may keep handles open
process.exit(0);
