import type { ElectionBook } from '@suffrage/contracts/election-book';
import type { IssuedCount } from '@suffrage/contracts/issued-count';
import type { ResultsKey } from '@suffrage/contracts/sign-statement.node';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import type { PeerFetch } from '@suffrage/runtime/tls/peers';
import { hasReached } from '../closing.ts';
import type { Elections, KnownElection } from '../elections.ts';
import type { Pace } from '../pace.ts';
import { readProgress } from '../read-tallies.ts';
import { fetchIssued } from './fetch-issued.ts';
import { freezeAll, stateSeal } from './seal-election.ts';
import { stateResults } from './state-results.ts';
import { stateZero } from './state-zero.ts';
import type { StatementStore } from './statement-store.ts';

/** Nothing can be counted before the opening, so what is stated shortly before it holds at it. */
const ZERO_AHEAD_MILLIS = 60_000;
/**
 * The registrar's number is final within seconds of the closing. Results without it would be so for ever, so they wait for a
 * registrar that is installed anew, or whose database changes servers; what was counted shows meanwhile.
 */
const ISSUED_PATIENCE_MILLIS = 900_000;

type Options = {
  readonly pools: readonly Pool[];
  readonly topic: string;
  readonly elections: Elections;
  readonly book: ElectionBook;
  readonly statements: StatementStore;
  readonly key: ResultsKey;
  readonly registrarUrl: string | undefined;
  readonly fetchPeer: PeerFetch;
  readonly isElected: () => boolean;
  readonly pace: Pace;
  readonly clock: () => number;
  readonly log: Log;
};

/**
 * On the elected replica: states the zero report of an election about to open, its results once it is closed, and
 * freezes and seals it when a manager has asked for it. Each is kept once, whoever states it first; two replicas at once
 * do no harm.
 */
export function startOfficialRounds(options: Options, lifecycle: Lifecycle): void {
  const { elections, isElected, pace, log } = options;
  const steps = [stateZeroOf, createResultsStep(), sealOf];
  const failing = new Set<string>();

  const attend = async (known: KnownElection) => {
    const { id } = known.definition;
    try {
      for (const step of steps) await step(options, known);
      failing.delete(id);
    } catch (error) {
      if (!failing.has(id)) log.warn({ err: error, electionId: id }, 'nothing official can be stated yet');
      failing.add(id);
    }
  };
  const round = async () => {
    for (const known of elections.all()) if (isElected() && isOurs(options, known)) await attend(known);
  };
  const loop = async () => {
    do await round();
    while (await pace.next());
  };
  const running = loop();
  lifecycle.onClose('official rounds', async () => {
    pace.stop();
    await running;
  });
}

/** Whether people can verify what we sign about it. */
function isOurs({ key }: Options, { definition, current }: KnownElection): boolean {
  return current && definition.resultsKeys?.some(({ keyId }) => keyId === key.keyId) === true;
}

async function stateZeroOf(options: Options, { definition, closed }: KnownElection): Promise<void> {
  const { statements, clock, log } = options;
  if (closed || clock() < Date.parse(definition.opensAt) - ZERO_AHEAD_MILLIS) return;
  if (await statements.find(definition.id, 'zero-report')) return;
  const report = await stateZero(options, definition);
  if (!report) return;
  await statements.keep('zero-report', report);
  log.info({ electionId: definition.id }, 'zero report stated');
}

type Step = (options: Options, known: KnownElection) => Promise<void>;

/** Remembers since when it waits for the registrar, for each election. */
function createResultsStep(): Step {
  const waitingSince = new Map<string, number>();

  const issuedOf = async ({ registrarUrl, fetchPeer, clock }: Options, { definition }: KnownElection) => {
    if (registrarUrl === undefined || !definition.registrarKeys) return null;
    const since = waitingSince.get(definition.id) ?? clock();
    waitingSince.set(definition.id, since);
    const issued: IssuedCount | undefined = await fetchIssued(registrarUrl, fetchPeer, definition);
    if (issued) return issued;
    return clock() - since > ISSUED_PATIENCE_MILLIS ? null : undefined;
  };

  return async (options, known) => {
    const { definition, closed } = known;
    const { pools, topic, book, statements, log } = options;
    const closing = book.closing(definition.id);
    if (!closed || !closing || (await statements.find(definition.id, 'results'))) return;
    // A database that was restored is behind until the processors have been over the log again.
    if (!hasReached(closing.endOffsets, await readProgress(pools), topic)) return;
    const issued = await issuedOf(options, known);
    if (issued === undefined) return;
    const zeroReport = await statements.find(definition.id, 'zero-report');
    const document = await stateResults(options, { definition, closing, issued, zeroReport });
    await statements.keep('results', document);
    waitingSince.delete(definition.id);
    log.info({ electionId: definition.id, counted: document.counted }, 'results stated');
  };
}

/** Each database is asked each time: one that was restored may have forgotten. */
async function sealOf(options: Options, { definition, closed }: KnownElection): Promise<void> {
  const { pools, topic, book, statements, log } = options;
  const closing = book.closing(definition.id);
  if (!book.seal(definition.id) || !closed || !closing) return;
  const results = await statements.find(definition.id, 'results');
  if (!results || !hasReached(closing.endOffsets, await readProgress(pools), topic)) return;
  await freezeAll(pools, results);
  if (await statements.find(definition.id, 'seal')) return;
  await statements.keep('seal', await stateSeal(options, definition, results));
  log.info({ electionId: definition.id }, 'election sealed');
}
