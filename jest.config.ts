import type { Config } from 'jest';

/**
 * `jest` alone runs the unit tests: beside the code, the compiled template's in test/template, and
 * those of test_pipeline.sh's checks; no server.
 * SERVERS=1 runs what needs the real ones: test/integration, test/e2e and the plugin's.
 */
const servers = process.env['SERVERS'] === '1';

// Handlers' own logs and metrics are not what a test's output is read for.
process.env['POWERTOOLS_DEV'] = 'false';
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';

const config: Config = {
  testEnvironment: '<rootDir>/test/environment.ts',
  // A server may take a minute to start on a machine that is busy. `eventually` ends sooner, and says why.
  testTimeout: 180_000,
  roots: servers
    ? ['<rootDir>/test/integration', '<rootDir>/test/e2e', '<rootDir>/plugins']
    : ['functions', 'lib', 'plugins', 'local', 'proof', 'cli', 'test/template', 'test/pipeline'].map(
        (root) => `<rootDir>/${root}`,
      ),
  testMatch: servers ? ['**/*.servers.test.ts'] : ['**/*.test.ts'],
  ...(servers && {
    globalSetup: '<rootDir>/test/support/plugin-broker.ts',
    globalTeardown: '<rootDir>/test/support/plugin-broker-stop.ts',
  }),
  testPathIgnorePatterns: servers ? [] : ['\\.servers\\.test\\.ts$'],
  extensionsToTreatAsEsm: ['.ts', '.avsc'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }],
    // As esbuild's text loader does (serverless.yml).
    '\\.avsc$': '<rootDir>/test/text-loader.cjs',
  },
};

export default config;
