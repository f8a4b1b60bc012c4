/** Jest runs the ES modules as they are; swc only takes the types away. */
export default {
  testEnvironment: '<rootDir>/test/support/setup/environment.js',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  setupFiles: ['reflect-metadata', '<rootDir>/test/support/setup/seed.js'],
  testTimeout: 120_000,
};
