import { capacityAndCost } from './capacity-and-cost.ts';
import { electionNight } from './election-night.ts';
import { ingestion } from './ingestion.ts';
import { liveResults } from './live-results.ts';
import { loadTest } from './load-test.ts';
import { logAndLag } from './log-and-lag.ts';
import type { Dashboard } from './panel.ts';
import { processorAndDatabase } from './processor-and-database.ts';

export const dashboards: readonly Dashboard[] = [
  electionNight,
  ingestion,
  logAndLag,
  processorAndDatabase,
  liveResults,
  capacityAndCost,
  loadTest,
];
