import { refuse } from '@suffrage/contracts/errors';
import { fromCastVoteBody } from '@suffrage/contracts/vote-request';
import { type SignedBallot, toBody } from '@suffrage/client/transport';
import { type CastResult, createCastVote } from '@suffrage/ingestion/cast-vote';
import { createIngestionMetrics } from '@suffrage/ingestion/metrics';
import { knowElections } from '@suffrage/ingestion/known-elections';
import { openVoteLog } from '@suffrage/ingestion/vote-log';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { FakeElections } from './fakes/fake-elections.ts';
import type { FakeLog } from './fakes/fake-log.ts';
import type { Machine } from './machine.ts';
import type { Mutant } from './mutants.ts';
import { checkToken, TOPIC } from './plan.ts';
import type { Random } from './random.ts';
import { plainReceiptSigner } from './receipts.ts';

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
};

// They are only counted; one set serves every run of this thread.
export const ingestionMetrics = createIngestionMetrics();
const MAX_IN_FLIGHT = 10_000;

/** Ingestion as its `app.ts` builds it, without its servers. */
export function startIngestion({
  machine,
  elections,
  log,
  random,
  mutant,
  quiet,
}: Options): IngestionProcess {
  const { name: instance, clock, sleep } = machine;
  const lifecycle = createLifecycle(quiet);
  const { book, completeAsOf } = elections.follow(machine);
  const voteLog = openVoteLog(
    {
      topic: TOPIC,
      shards: () => book.topology()?.shards,
      layout: log.openLayout(machine),
      openProducers: () => mutant.producers?.(log.openProducers(machine), log) ?? log.openProducers(machine),
      signReceipts: plainReceiptSigner(instance),
      metrics: ingestionMetrics,
      clock,
      sleep,
      random: random.next,
    },
    lifecycle,
  );
  const castVote = createCastVote({
    elections: knowElections(book, completeAsOf, clock),
    checkToken,
    voteLog,
    metrics: ingestionMetrics,
    clock,
    instance,
    maxInFlight: MAX_IN_FLIGHT,
  });
  return {
    machine,
    cast: async ballot => {
      const request = fromCastVoteBody(ballot.vote.election.definition.id, toBody(ballot));
      // A fault is answered as `handleError` of the HTTP edge does.
      return 'ok' in request ? request : castVote(request).catch(() => refuse('internal'));
    },
  };
}
