import { common } from '../jest.config.mjs';

export default {
  ...common,
  // They wait for nothing but the processor.
  maxWorkers: '100%',
  rootDir: import.meta.dirname,
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
