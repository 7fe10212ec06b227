import { setTimeout as sleep } from 'node:timers/promises';
import type { CrashPoint } from '@suffrage/runtime/crash-point';
import type { Part } from '@suffrage/stack/part';
import { armedPart } from '@suffrage/test/armed-part';
import type { FaultCase, Stage } from '../fault-case.ts';
import { untilAcknowledged } from '../load.ts';
import { castThroughRegistrar, openThroughRegistrar } from '../manager.ts';

/** On a busy machine a group of processors takes its time to share out the partitions. */
const CRASH_DEADLINE_MILLIS = 180_000;
const STEP_MILLIS = 50;

/**
 * Replaces a process by its armed twin and waits until that has killed itself; the twin is gone afterwards, and the
 * process itself does not run.
 */
export async function crash(
  stage: Stage,
  part: Part,
  point: CrashPoint,
  { passes = 0, provoke }: { readonly passes?: number; readonly provoke?: (twin: Part) => Promise<unknown> },
): Promise<void> {
  await part.stop();
  const twin = armedPart(part, point, passes);
  try {
    // It may reach the point before it is ever ready.
    await twin.start().catch((error: unknown) => {
      if (twin.isRunning()) throw error;
    });
    await provoke?.(twin);
    const deadline = Date.now() + CRASH_DEADLINE_MILLIS;
    while (twin.isRunning() && Date.now() < deadline) await sleep(STEP_MILLIS);
    if (twin.isRunning()) stage.problem(`${part.name} never came to ${point}`);
    else stage.happened('kill');
  } finally {
    await twin.kill();
  }
}

/** Each process of a kind crashes there once, one after the other, and comes back. */
function crashingEach(
  kind: 'ingestion' | 'aggregator',
  point: CrashPoint,
  about: Pick<FaultCase, 'what'> & {
    readonly passes?: number;
    readonly provoke?: (twin: Part, other: Part) => unknown;
  },
): FaultCase {
  return {
    name: `crash-${kind}-${point}`,
    what: about.what,
    run: async stage => {
      const both = [`${kind}-1`, `${kind}-2`].map(stage.world.services.part);
      for (const [place, part] of both.entries()) {
        const provoke = async (twin: Part) => about.provoke?.(twin, both[1 - place] ?? part);
        await crash(stage, part, point, { passes: about.passes ?? 0, provoke });
        await part.start();
        await untilAcknowledged(stage.load, 50);
      }
    },
  };
}

/** All processors crash there, each at its own pass, and come back; then one more time. */
function crashingProcessors(point: CrashPoint, what: string, fast = false): FaultCase {
  return {
    name: `crash-processor-${point}`,
    what,
    fast,
    run: async stage => {
      const parts = ['processor-1', 'processor-2', 'processor-3'].map(stage.world.services.part);
      await Promise.all(
        parts.map(part => crash(stage, part, point, { passes: Math.floor(stage.random() * 8) })),
      );
      await Promise.all(parts.map(part => part.start()));
    },
  };
}

export const crashPointCases: readonly FaultCase[] = [
  crashingProcessors(
    'inside-transaction',
    'Every processor is killed when its votes are written and not committed.',
    true,
  ),
  crashingProcessors(
    'after-transaction-commit-before-redis',
    'Every processor is killed when its votes are committed and Redis does not know.',
    true,
  ),
  crashingProcessors(
    'after-redis-before-offset-commit',
    'Every processor is killed when Redis knows and the group’s offset does not.',
    true,
  ),
  crashingProcessors('after-poll', 'Every processor is killed with fetched records in hand.'),
  crashingProcessors('after-redis-look-up', 'Every processor is killed when Redis has answered.'),
  crashingProcessors('during-rebalance', 'Every processor is killed when it has taken a partition.'),
  crashingEach('ingestion', 'after-validate', {
    what: 'Ingestion is killed with a vote that is checked and not appended.',
    passes: 100,
  }),
  crashingEach('ingestion', 'after-produce-before-answer', {
    what: 'Ingestion is killed when a batch is on the log and nobody has been told.',
    passes: 20,
  }),
  crashingEach('ingestion', 'during-drain', {
    what: 'Ingestion is asked to stop and killed while it ends what is under way.',
    passes: 1,
    provoke: async twin => {
      await sleep(2_000);
      void twin.stop();
    },
  }),
  crashingEach('aggregator', 'before-publish', {
    what: 'The aggregator is killed with a snapshot that it was about to publish.',
    // Only the elected one publishes: with the other one gone for a moment, that is this one.
    provoke: (_twin, other) => other.restart(),
  }),
  {
    name: 'crash-registrar-between-database-commit-and-topic',
    what: 'The registrar is killed when an election is opened in its database and the topic does not know.',
    run: async stage => {
      const part = stage.world.services.part('registrar-1');
      let opened: string | undefined;
      await crash(stage, part, 'between-database-commit-and-topic', {
        provoke: async () => {
          opened = await openThroughRegistrar(stage.world);
        },
      });
      await part.start();
      if (opened === undefined) stage.problem('the registrar did not open the election');
      else await castThroughRegistrar(stage, opened);
    },
  },
];
