import type { Config } from 'jest';

/**
 * `jest` runs the unit tests, which need no server: those next to the code, test/template for the compiled template,
 * test/supply-chain for packages and
 * secrets, test/kubernetes for the manifests, and test/pipeline for the checks of test_pipeline.sh.
 * `SERVERS=1 jest` runs the tests with real servers: test/integration, test/e2e and those of the plugin.
 */
const servers = process.env['SERVERS'] === '1';

// Keep the handlers' logs and metrics out of the tests' output.
process.env['POWERTOOLS_DEV'] = 'false';
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';

const config: Config = {
  testEnvironment: '<rootDir>/test/environment.ts',
  // On a busy machine, a server may need a minute to start. `eventually` has shorter bounds, and says what is missing.
  testTimeout: 180_000,
  roots: servers
    ? ['<rootDir>/test/integration', '<rootDir>/test/e2e', '<rootDir>/plugins', '<rootDir>/dashboard']
    : [
        'functions',
        'lib',
        'plugins',
        'local',
        'proof',
        'dashboard',
        'cli',
        'cost',
        'bench',
        'observability',
        'test/supply-chain',
        'test/template',
        'test/kubernetes',
        'test/pipeline',
      ].map((root) => `<rootDir>/${root}`),
  testMatch: servers ? ['**/*.servers.test.ts'] : ['**/*.test.ts'],
  ...(servers && {
    globalSetup: '<rootDir>/test/support/plugin-broker.ts',
    globalTeardown: '<rootDir>/test/support/plugin-broker-stop.ts',
  }),
  testPathIgnorePatterns: servers ? [] : ['\\.servers\\.test\\.ts$'],
  extensionsToTreatAsEsm: ['.ts', '.avsc'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }],
    // Like esbuild's text loader (serverless.yml).
    '\\.avsc$': '<rootDir>/test/text-loader.cjs',
  },
};

export default config;
