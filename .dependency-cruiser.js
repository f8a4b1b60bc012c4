/**
 * Who may import whom, types included: docs/decisions/0029. Specs are free. `npm run imports` checks it.
 *
 * A row of LAYERS names a folder or file of src, and what it may import besides itself, all of it in rows above its own: so no two
 * folders depend on each other. A folder without a row fails the check.
 */
const PROTOCOL = [
  ...[
    'errors.ts',
    'version.ts',
    'slices.ts',
    'unavailable-words.ts',
    'config',
    'observability',
    'filters',
    'limits',
    'http',
    'tenants',
    'collections',
    'records',
  ],
  ...['snapshots', 'embedding', 'keys'],
];
const LAYERS = [
  ['errors.ts'],
  ['version.ts'],
  ['slices.ts'],
  ['config'],
  ['observability', 'version.ts', 'config'],
  ['postgres', 'errors.ts', 'slices.ts', 'config', 'observability'],
  ['filters', 'errors.ts', 'postgres'],
  ['limits', 'errors.ts', 'config', 'filters'],
  ['unavailable-words.ts', 'errors.ts', 'limits'],
  ['http', 'errors.ts', 'slices.ts', 'config'],
  ['tenants', 'errors.ts', 'observability', 'postgres', 'limits'],
  ['collections', 'errors.ts', 'observability', 'postgres', 'limits', 'tenants'],
  // of http/ only its JSON, which keeps numbers as they are written
  [
    ...['records', 'errors.ts', 'slices.ts', 'config', 'observability', 'postgres', 'filters', 'limits', 'http/json.ts'],
    'collections',
  ],
  ['snapshots', 'errors.ts', 'postgres', 'limits', 'tenants', 'collections', 'records'],
  ['move', 'config', 'postgres', 'collections', 'records'],
  ['embedding', 'errors.ts', 'config', 'collections', 'records'],
  ['keys', 'errors.ts', 'config', 'postgres', 'http', 'tenants'],
  ['lifecycle', 'config', 'postgres', 'keys'],
  ['protocols/chroma', ...PROTOCOL],
  // of protocols/ only Chroma's numbers, which a Chroma folder holds, too
  [
    ...[
      'copy',
      'errors.ts',
      'config',
      'postgres',
      'limits',
      'http/json.ts',
      'http/json-reader.ts',
      'tenants',
      'collections',
      'records',
      'move',
    ],
    'embedding',
    'protocols/chroma/wire/number.ts',
  ],
  ['protocols/pinecone', ...PROTOCOL, 'copy'],
  ['protocols/vectorizer', ...PROTOCOL],
  // after the protocols: it shows records as each of them does, with their own code
  ['console', ...PROTOCOL, 'lifecycle', 'protocols/chroma', 'protocols/pinecone', 'protocols/vectorizer'],
  ['logger.ts', 'config', 'observability'],
  ['resources.ts', 'config', 'postgres', 'http', 'keys', 'logger.ts'],
  ['explain.ts', 'records'],
  ['app.module.ts', 'config', 'observability', 'postgres', 'limits', 'http', 'keys', 'lifecycle', 'console', 'protocols'],
  ['exception-filter.ts', 'errors.ts', 'http', 'console', 'app.module.ts'],
  [
    ...['gateway.ts', 'errors.ts', 'config', 'observability', 'postgres', 'http', 'keys', 'lifecycle', 'console', 'logger.ts'],
    ...['protocols/pinecone', 'resources.ts', 'explain.ts', 'app.module.ts', 'exception-filter.ts'],
  ],
  [
    ...['cli', 'errors.ts', 'version.ts', 'config', 'observability', 'postgres', 'limits', 'http', 'tenants', 'collections'],
    ...['records', 'move', 'copy', 'keys', 'lifecycle', 'logger.ts', 'resources.ts', 'gateway.ts'],
  ],
  ['main.ts', 'cli'],
];

/** Packages, and the only places below src that may import them. Any file may import the others, such as Nest's own. */
const WEB = 'http/|observability/|keys/|console/|protocols/|app\\.module|exception-filter|explain|gateway';
const PACKAGES = [
  // tables of anybody's are read on a connection that is none of the gateway's
  ['pg|pgvector', 'postgres/|copy/sources/postgres'],
  ['@electric-sql', 'postgres/embedded/'],
  ['express|@types/express|@nestjs/platform-express', WEB],
  ['@grpc|protobufjs', 'protocols/pinecone/'],
  ['class-validator|class-transformer', 'http/|console/|protocols/'],
  ['pino', 'observability/|cli/|logger'],
  ['prom-client', 'observability/|console/'],
  ['@opentelemetry', 'observability/|protocols/pinecone/'],
  ['commander|@peculiar', 'cli/'],
  ['node-sqlite3-wasm', 'copy/sources/chroma-folder/'],
  ['hyparquet', 'copy/parquet/'],
];

/** Files that only some of those may import who may import their folder. */
const FILES = [
  ['stores', '.*\\.store\\.ts$', '(?:tenants|collections|records|snapshots|keys|move|copy|cli)/', 'Call the service.'],
  [
    'sql',
    'postgres/sql\\.ts$',
    'postgres/|filters/compile|records/record-tables\\.ts$|copy/sources/postgres|.*\\.store\\.ts$',
    'SQL is written in stores, filters/compile*.ts, records/record-tables.ts, copy/sources/postgres and postgres/.',
  ],
];

const within = (path) => (path.endsWith('.ts') ? `^src/${path.replaceAll('.', '\\.')}$` : `^src/${path}/`);
const known = (index) => LAYERS.slice(0, index).map(([path]) => path);

for (const [index, [from, ...imports]] of LAYERS.entries()) {
  const later = imports.filter(
    (path) => !known(index).some((row) => row === path || row.startsWith(`${path}/`) || path.startsWith(`${row}/`)),
  );
  if (later.length > 0) throw new Error(`${from} is above ${later.join(', ')} in LAYERS`);
}

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Move what both need to the lower file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-folder-has-a-row',
      comment: 'Say in LAYERS what it may import.',
      severity: 'error',
      from: { path: '^src/', pathNot: LAYERS.map(([path]) => within(path)) },
      to: {},
    },
    ...LAYERS.map(([from, ...imports]) => ({
      name: `imports-of-${from}`,
      comment: 'LAYERS says what it may import.',
      severity: 'error',
      from: { path: within(from) },
      to: { path: '^(?:src|test|bench|scripts)/', pathNot: [from, ...imports].map(within) },
    })),
    ...PACKAGES.map(([name, places]) => ({
      name: `who-imports-${name.split('|')[0]}`,
      comment: `Only ${places} may.`,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(?:${places})` },
      to: { path: `(?:^|node_modules/)(?:${name})(?:/|$)` },
    })),
    ...FILES.map(([name, path, places, comment]) => ({
      name: `who-imports-${name}`,
      comment,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(?:${places})` },
      to: { path: `^src/${path}` },
    })),
    {
      name: 'every-import-is-found',
      comment: 'An import that leads nowhere is checked by no other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '\\.spec\\.ts$' },
    doNotFollow: { path: '^(?:node_modules|test|bench)' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
