import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Who may import whom: docs/architecture.md. A later block replaces the patterns of an earlier one, so each folder states all of its own. */
const restricted = (files, ...patterns) => ({
  files,
  ignores: ['**/*.spec.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: patterns.map(([group, message]) => ({ group, message, caseSensitive: true })) },
    ],
  },
});

const NO_PG = [['pg', 'pgvector', 'pgvector/*'], 'Only postgres/ imports the driver.'];
const NO_PROTOCOLS = [['**/protocols/**'], 'The core does not know the protocols.'];
const NO_HTTP_FRAMEWORK = [
  ['express', '@nestjs/platform-express'],
  'Only http/, console/, the protocols and gateway.ts know the web.',
];
const NO_STORES = [['**/*.store.js'], 'Ask the service.'];
const NO_POSTGRES = [['**/postgres/**'], 'SQL is written in stores, in filters/compile.ts and in postgres/.'];

export default defineConfig(
  globalIgnores(['**/dist', 'coverage', '.clients', '.devdb', '.bench']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'Import at the top, where the import rule sees it.' },
      ],
    },
  },
  { files: ['**/*.spec.ts', 'test/**/*.ts', 'bench/**/*.ts'], rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' } },
  restricted(['src/**/*.ts'], NO_PG),
  restricted(['src/postgres/**/*.ts'], NO_PROTOCOLS, NO_HTTP_FRAMEWORK, [
    ['**/tenants/**', '**/collections/**', '**/records/**', '**/filters/**'],
    'postgres/ is below the core.',
  ]),
  restricted(['src/filters/**/*.ts'], NO_PG, NO_PROTOCOLS, NO_HTTP_FRAMEWORK, [
    ['**/tenants/**', '**/collections/**', '**/records/**'],
    'filters/ is below the core.',
  ]),
  restricted(['src/tenants/**/*.ts'], NO_PG, NO_PROTOCOLS, NO_HTTP_FRAMEWORK, [
    ['**/collections/**', '**/records/**'],
    'records → collections → tenants.',
  ]),
  restricted(['src/collections/**/*.ts'], NO_PG, NO_PROTOCOLS, NO_HTTP_FRAMEWORK, [
    ['**/records/**'],
    'records → collections → tenants.',
  ]),
  restricted(['src/records/**/*.ts'], NO_PG, NO_PROTOCOLS, NO_HTTP_FRAMEWORK, [
    ['**/snapshots/**'],
    'snapshots → records → collections → tenants.',
  ]),
  restricted(['src/snapshots/**/*.ts'], NO_PG, NO_PROTOCOLS, NO_HTTP_FRAMEWORK),
  restricted(['src/move/**/*.ts'], NO_PG, NO_PROTOCOLS, NO_HTTP_FRAMEWORK),
  restricted(['src/embedding/**/*.ts'], NO_PG, NO_PROTOCOLS, NO_HTTP_FRAMEWORK, NO_POSTGRES, NO_STORES),
  restricted(['src/observability/**/*.ts'], NO_PG, NO_PROTOCOLS, NO_POSTGRES, NO_STORES, [
    ['**/tenants/**', '**/collections/**', '**/records/**', '**/filters/**', '**/keys/**'],
    'observability/ is below everything that it observes.',
  ]),
  restricted(['src/http/**/*.ts'], NO_PG, NO_PROTOCOLS, NO_POSTGRES, [
    ['**/tenants/**', '**/collections/**', '**/records/**', '**/filters/**'],
    'http/ knows no domain.',
  ]),
  restricted(['src/console/**/*.ts'], NO_PG, NO_PROTOCOLS, NO_POSTGRES, NO_STORES),
  ...['chroma', 'pinecone', 'vectorizer'].map((protocol) =>
    restricted([`src/protocols/${protocol}/**/*.ts`], NO_PG, NO_POSTGRES, NO_STORES, [
      [
        '**/protocols/*/**',
        ...['chroma', 'pinecone', 'vectorizer'].filter((other) => other !== protocol).map((other) => `**/${other}/**`),
      ],
      'Protocols do not import each other.',
    ]),
  ),
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
