import { alertCases } from './cases/alerts.ts';
import { auditCases } from './cases/audits.ts';
import { clientCases } from './cases/clients.ts';
import { crashPointCases } from './cases/crash-points.ts';
import { diskCases } from './cases/disks.ts';
import { hostCases } from './cases/hosts.ts';
import { kafkaCases } from './cases/kafka.ts';
import { localQueueCases } from './cases/local-queue.ts';
import { postgresCases } from './cases/postgres.ts';
import { redisCases } from './cases/redis.ts';
import { regionCases } from './cases/regions.ts';
import { rollingUpdateCases } from './cases/rolling-update.ts';
import type { FaultCase, LoneCase } from './fault-case.ts';

const cases: readonly FaultCase[] = [
  ...kafkaCases,
  ...crashPointCases,
  ...localQueueCases,
  ...postgresCases,
  ...redisCases,
  ...hostCases,
  ...diskCases,
  ...clientCases,
  ...auditCases,
  ...alertCases,
  ...rollingUpdateCases,
];

/** In the order in which they run; those that need another shape of the stack come last. */
export const allCases: readonly (FaultCase | LoneCase)[] = [
  ...cases.toSorted((a, b) => shapeOf(a).localeCompare(shapeOf(b))),
  ...regionCases,
];

function shapeOf({ shape = 'standard' }: FaultCase): string {
  return shape;
}
