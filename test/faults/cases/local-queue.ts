import { join } from 'node:path';
import { restTransport } from '@suffrage/client/transport';
import type { Part } from '@suffrage/stack/part';
import { changedPart } from '@suffrage/test/armed-part';
import { until } from '@suffrage/test/poll';
import { createBallots } from '../ballots.ts';
import { readLoggedVotes } from '../evidence.ts';
import type { FaultCase, Stage } from '../fault-case.ts';
import { killBrokers, startBrokers } from './brokers.ts';
import { crash } from './crash-points.ts';

/** No broker runs, and one ingestion process keeps votes on its disk. Nobody sends those again: they must come onto the log by themselves. */

const CASTERS = 16;
const KEPT = 1_000;
const ANSWER_MILLIS = 10_000;
const DEADLINE_MILLIS = 120_000;

/** Runs `work` with the process replaced by one that has a local queue; the process itself does not run afterwards. */
async function withLocalQueue(stage: Stage, work: (queued: Part) => Promise<void>): Promise<void> {
  const { dataDirectory, services } = stage.world;
  const plain = services.part('ingestion-1');
  const directory = join(dataDirectory, `local-queue-${stage.elections.secret.election.definition.id}`);
  const queued = changedPart(plain, { SUFFRAGE_LOCAL_QUEUE_DIRECTORY: directory });
  await plain.stop();
  try {
    await work(queued);
  } finally {
    await queued.kill();
  }
}

/** Casts votes, each once, until so many are kept or the process is gone. @returns the IDs of those that it said are on its disk. */
async function keepVotes({ elections, journal, random }: Stage, part: Part): Promise<string[]> {
  const transport = restTransport(`http://127.0.0.1:${part.port}`);
  const ballots = createBallots(elections, random);
  const kept: string[] = [];
  const deadline = Date.now() + DEADLINE_MILLIS;
  const cast = async () => {
    while (part.isRunning() && kept.length < KEPT && Date.now() < deadline) {
      const ballot = ballots.next();
      const { voteIdText: voteId, election } = ballot.vote;
      await journal.write({ kind: 'intent', electionId: election.definition.id, voteId, at: Date.now() });
      const answer = await transport(ballot, AbortSignal.timeout(ANSWER_MILLIS));
      if (answer.kind === 'held-locally') kept.push(voteId);
    }
  };
  await Promise.all(Array.from({ length: CASTERS }, cast));
  return kept;
}

/** The queue is empty, and the log has every vote of it. */
async function untilReplayed(stage: Stage, queued: Part, kept: readonly string[]): Promise<void> {
  const { metrics } = queued.description.ports;
  await until(
    'the local queue is empty',
    async () => {
      const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
      return /^suffrage_ingestion_local_queue_held_votes\{[^}]*\} 0$/m.test(text);
    },
    DEADLINE_MILLIS,
  );
  const logged = await readLoggedVotes(stage.world, stage.elections);
  const onLog = new Set(logged.map(({ voteId }) => voteId));
  const missing = kept.filter(voteId => !onLog.has(voteId));
  stage.happened('vote kept on a disk', kept.length);
  for (const voteId of missing.slice(0, 20))
    stage.problem(`INV-1: vote ${voteId} was kept on the disk of ${queued.name} and never came onto the log`);
  if (kept.length === 0) stage.problem(`${queued.name} kept no vote`);
}

export const localQueueCases: readonly FaultCase[] = [
  {
    name: 'crash-ingestion-queue-write',
    what: 'No broker runs, and ingestion is killed when votes are on its disk and nobody has been told.',
    run: stage =>
      withLocalQueue(stage, async queued => {
        let kept: readonly string[] = [];
        const provoke = async (twin: Part) => {
          await killBrokers(stage);
          kept = await keepVotes(stage, twin);
        };
        await crash(stage, queued, 'queue-write', { passes: 200, provoke });
        await startBrokers(stage);
        await queued.start();
        await untilReplayed(stage, queued, kept);
      }),
  },
  {
    name: 'crash-ingestion-queue-replay',
    what: 'Ingestion is killed with votes on its disk, and twice more when they are on the log and still on the disk.',
    run: stage =>
      withLocalQueue(stage, async queued => {
        await queued.start();
        await killBrokers(stage);
        const kept = await keepVotes(stage, queued);
        await stage.kill(queued);
        await startBrokers(stage);
        for (const passes of [0, 1]) await crash(stage, queued, 'queue-replay', { passes });
        await queued.start();
        await untilReplayed(stage, queued, kept);
      }),
  },
];
