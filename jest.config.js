/** Tests run on the sources; with `RX_CONTENT_LIBRARY_TEST=dist` the same tests run on what is published. */
const onSources = process.env.RX_CONTENT_LIBRARY_TEST !== 'dist';

export default {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  testEnvironmentOptions: {
    customExportConditions: [...(onSources ? ['rx-content-library-source'] : []), 'node', 'node-addons'],
  },
  reporters: ['default', '<rootDir>/test/support/summary-reporter.js'],
  injectGlobals: false,
  // Much of the time goes into waiting for other processes.
  maxWorkers: '100%',
  // A guard against what hangs, not a measure: nothing here is timed by the clock.
  testTimeout: 60_000,
  // As on a CI machine, everywhere: a snapshot is never written by the way.
  ci: true,
};
