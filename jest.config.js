/** Tests run on the sources; with `RX_CONTENT_LIBRARY_TEST=dist` they run on the build. */
const onSources = process.env.RX_CONTENT_LIBRARY_TEST !== 'dist';

export default {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  ...(onSources ? { globalSetup: '<rootDir>/test/support/bundle-command.js' } : {}),
  testEnvironmentOptions: {
    customExportConditions: [...(onSources ? ['rx-content-library-source'] : []), 'node', 'node-addons'],
  },
  reporters: ['default', '<rootDir>/test/support/summary-reporter.js'],
  injectGlobals: false,
  // Much of the time is spent waiting for other processes.
  maxWorkers: '100%',
  // Only for tests that hang: no test measures real time.
  testTimeout: 60_000,
  // Never writes snapshots, not even outside CI.
  ci: true,
};
