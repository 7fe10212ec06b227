import { common } from '../jest.config.mjs';

export default {
  ...common,
  rootDir: import.meta.dirname,
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
