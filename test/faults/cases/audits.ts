import { auditAll, publishedOf } from '../evidence.ts';
import type { FaultCase } from '../fault-case.ts';
import { untilAcknowledged } from '../load.ts';

const AUDITS = 3;
const BETWEEN_VOTES = 500;

export const auditCases: readonly FaultCase[] = [
  {
    name: 'audit-while-voting',
    what: 'Nothing is broken: the audit is made three times while votes arrive, and has no finding.',
    run: async ({ world, journal, load, happened, problem }) => {
      const supplied = { journals: [journal.file], published: publishedOf(world) };
      for (let audit = 0; audit < AUDITS; audit += 1) {
        const before = load.acknowledged();
        for (const finding of await auditAll(world, supplied)) problem(`while votes arrived, ${finding}`);
        if (load.acknowledged() > before) happened('audit while votes arrived');
        await untilAcknowledged(load, BETWEEN_VOTES);
      }
    },
  },
];
