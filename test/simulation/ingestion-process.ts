import { fromCastVoteBody } from '@suffrage/contracts/vote-request';
import { type SignedBallot, toBody } from '@suffrage/client/transport';
import { type CastResult, type CastVote, createCastVote } from '@suffrage/ingestion/cast-vote';
import { createIngestionMetrics } from '@suffrage/ingestion/metrics';
import { knowElections } from '@suffrage/ingestion/known-elections';
import { type LocalQueue, openLocalQueue } from '@suffrage/ingestion/log/local-queue';
import { openVoteLog } from '@suffrage/ingestion/vote-log';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { FakeDisk } from './fakes/fake-disk.ts';
import type { FakeElections } from './fakes/fake-elections.ts';
import type { FakeLog } from './fakes/fake-log.ts';
import type { Machine } from './machine.ts';
import type { Mutant } from './mutants.ts';
import { checkToken, TOPIC } from './plan.ts';
import type { Random } from './random.ts';
import { plainReceiptIssuer } from './receipts.ts';

export type IngestionProcess = {
  readonly machine: Machine;
  cast(ballot: SignedBallot): Promise<CastResult>;
};

type Options = {
  readonly machine: Machine;
  readonly elections: FakeElections;
  readonly log: FakeLog;
  readonly random: Random;
  readonly mutant: Mutant;
  readonly quiet: Log;
  readonly local?: { readonly disk: FakeDisk; readonly maxBytes: number };
};

// They are only counted; one set serves every run of this thread.
export const ingestionMetrics = createIngestionMetrics();
const MAX_IN_FLIGHT = 10_000;

/** Ingestion as its `app.ts` builds it, without its servers. */
export function startIngestion(options: Options): IngestionProcess {
  const { machine } = options;
  const casting = openQueue(options).then(queue => buildCastVote(options, queue));
  // As a service does that can't start: the next one tries again.
  casting.catch(machine.kill);
  return {
    machine,
    cast: async ballot => {
      const request = fromCastVoteBody(ballot.vote.election.definition.id, toBody(ballot));
      if ('ok' in request) return request;
      const castVote = await casting;
      return castVote(request);
    },
  };
}

async function openQueue({ machine, mutant, quiet, local }: Options): Promise<LocalQueue | undefined> {
  if (!local) return undefined;
  const { disk, maxBytes } = local;
  const queue = await openLocalQueue({
    directory: disk.name,
    maxBytes,
    topic: TOPIC,
    metrics: ingestionMetrics.localQueue,
    clock: machine.clock,
    log: quiet,
    openDatabase: async () => {
      const database = await disk.open(machine);
      return mutant.disk?.(database) ?? database;
    },
  });
  return mutant.localQueue?.(queue) ?? queue;
}

function buildCastVote(
  { machine, elections, log, random, mutant, quiet }: Options,
  queue: LocalQueue | undefined,
): CastVote {
  const { name: instance, clock, sleep, alarm } = machine;
  const { book, completeAsOf } = elections.follow(machine);
  const known = knowElections(book, completeAsOf, clock);
  const voteLog = openVoteLog(
    {
      topic: TOPIC,
      shards: () => book.topology()?.shards,
      layout: log.openLayout(machine),
      openProducers: () => mutant.producers?.(log.openProducers(machine), log) ?? log.openProducers(machine),
      issueReceipts: plainReceiptIssuer(instance),
      metrics: ingestionMetrics,
      clock,
      sleep,
      alarm,
      random: random.next,
      ...(queue ? { local: { queue, elections: known, log: quiet } } : {}),
    },
    createLifecycle(quiet),
  );
  const { castVote } = createCastVote({
    turns: { next: () => undefined },
    elections: known,
    checkToken,
    voteLog,
    metrics: ingestionMetrics,
    clock,
    instance,
    maxInFlight: MAX_IN_FLIGHT,
    log: quiet,
  });
  return castVote;
}
