/** TypeScript through SWC, as ES modules: run with NODE_OPTIONS=--experimental-vm-modules (scripts/test.mjs does). */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' }, experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
  // Real processes: on a busy machine they may take their time.
  testTimeout: 180_000,
  modulePathIgnorePatterns: ['<rootDir>/.venv', '<rootDir>/.cache'],
};
