const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', tsx: true },
      target: 'es2024',
      experimental: { keepImportAttributes: true },
    },
    module: { type: 'es6' },
  },
];
export const common = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  transform: { '\\.tsx?$': swc },
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  modulePathIgnorePatterns: ['/\\.tools/', '/\\.data/', '/dist/'],
  // make pipeline-check, make policies-test and make site have the tests of these.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/delivery/', '<rootDir>/policies/', '<rootDir>/site/'],
};

export default {
  // Test files run in a process of their own, which is replaced once it is so large: it keeps the modules of each file, and
  // when Node itself breaks, one file fails and not all of them.
  workerIdleMemoryLimit: '2GB',
  // Jest leaves one core to itself; test files that wait for servers, closings and pages leave more than that.
  maxWorkers: '100%',
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: [...common.testPathIgnorePatterns, '\\.(integration|chart)\\.test\\.ts$'],
    },
    {
      ...common,
      displayName: 'integration',
      testMatch: ['**/*.integration.test.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
