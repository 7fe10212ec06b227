import type { Dashboard } from './panel.ts';
import {
  acknowledgeTime,
  answers,
  countedTime,
  cpuByService,
  eventLoop,
  inFlight,
  lagSeconds,
  unaccounted,
  votesPerSecond,
} from './signals.ts';

export const loadTest: Dashboard = {
  uid: 'suffrage-load-test',
  title: 'Load test',
  description: 'What the suite does while make load runs; k6 itself says what its clients saw.',
  rows: [
    { title: 'Load', panels: [votesPerSecond, answers, acknowledgeTime, inFlight] },
    { title: 'Behind it', panels: [unaccounted, lagSeconds, countedTime, cpuByService, eventLoop] },
  ],
};
