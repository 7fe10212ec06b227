import { join } from 'node:path';
import base from '../jest.config.mjs';

/** Tests that render the chart: they need Helm and kubeconform (tools/setup/setup.sh helm), which make test does not install. */
const [unit] = base.projects;
export default {
  ...unit,
  displayName: 'chart',
  // They wait for nothing but the processor.
  maxWorkers: '100%',
  rootDir: join(import.meta.dirname, '..'),
  testMatch: ['<rootDir>/helm/**/*.chart.test.ts'],
  // Each rendering is a process; on a busy machine it takes seconds.
  testTimeout: 120_000,
  testPathIgnorePatterns: ['/node_modules/'],
};
