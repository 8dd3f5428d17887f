import tseslint from 'typescript-eslint';

/** What only the skins may do, and a process of its own. */
const OF_THE_PROCESS = ['argv', 'cwd', 'exit', 'exitCode', 'on', 'once', 'stderr', 'stdin', 'stdout'];

/** @param {string[]} properties */
function noProcess(properties) {
  const message =
    'manager/ serves the command line and the console: it is given what it needs, and gives back what it has';
  return ['error', ...properties.map((property) => ({ object: 'process', property, message }))];
}

export default tseslint.config(
  { ignores: ['node_modules/', '.venv/', '.venv-bench/', '.cache/', '.temporal/', 'GAN/', 'coverage/'] },
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.cjs', '**/*.js'],
    rules: { 'max-len': ['error', { code: 120, ignoreUrls: true }] },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers in messages are what messages are for.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['manager/**/*.ts'],
    rules: { 'no-console': 'error', 'no-restricted-properties': noProcess([...OF_THE_PROCESS, 'env']) },
  },
  {
    // They start processes, which inherit the environment.
    files: ['manager/embedded/*.ts'],
    rules: { 'no-restricted-properties': noProcess(OF_THE_PROCESS) },
  },
);
