import { crashPointCases } from './cases/crash-points.ts';
import { hostCases } from './cases/hosts.ts';
import { kafkaCases } from './cases/kafka.ts';
import { postgresCases } from './cases/postgres.ts';
import { redisCases } from './cases/redis.ts';
import type { FaultCase } from './fault-case.ts';

/** In the order in which they run; those that need another shape of the stack come last. */
export const allCases: readonly FaultCase[] = [
  ...kafkaCases,
  ...crashPointCases,
  ...postgresCases,
  ...redisCases,
  ...hostCases,
];
