import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSecret } from '@suffrage/stack/secrets';
import { seeded } from '@suffrage/demo/plan';
import { publish } from '@suffrage/test/testbed';
import { searchFiles } from '@suffrage/test/written';
import type { Transport } from '@suffrage/client/transport';
import { type Ballots, type CaseElections, createBallots, makeElections } from './ballots.ts';
import { auditAll, publishedOf, readCountedVotes, readLoggedVotes, waitUntilProcessed } from './evidence.ts';
import type { CaseResult } from './case-result.ts';
import type { FaultCase, Stage } from './fault-case.ts';
import { type Journal, openJournal, readJournal } from './journal.ts';
import { judgeJournal } from './judge-journal.ts';
import { castJournalled, startLoad, untilAcknowledged } from './load.ts';
import { compareResults, watchResults } from './watch-results.ts';
import { heal, type World } from './world.ts';

const DEFAULT_RATE = 400;

type Options = {
  readonly seed: number;
  readonly rate: number | undefined;
  readonly say: (line: string) => void;
};

const WARM_UP_VOTES = 300;
const AFTERWARDS_MILLIS = 3_000;
const RECOVERY_DEADLINE_MILLIS = 120_000;

/** Casts votes, lets the case happen, heals, and then holds journal, log and databases against each other. */
export async function runCase(world: World, faultCase: FaultCase, options: Options): Promise<CaseResult> {
  const begun = performance.now();
  const random = seeded(options.seed);
  const faults: Record<string, number> = {};
  const problems: string[] = [];
  const receiptKeyPem = readSecret(world.infrastructure.secrets.receiptKey);
  const elections = makeElections(faultCase.name, receiptKeyPem);
  const journal = await openJournal(
    join(world.dataDirectory, `journal-${faultCase.name}-${options.seed}.jsonl`),
  );
  const ballots = createBallots(elections, random);
  const rate = options.rate ?? faultCase.rate ?? DEFAULT_RATE;
  const front = await faultCase.front?.(world);
  const transports = front?.transports ?? world.transports;
  await introduce(world, { elections, ballots, journal, transports });

  const watch = watchResults(world, elections);
  const load = startLoad({ transports, ballots, journal, random, rate });
  const happened = (what: string, times = 1) => {
    if (times > 0) faults[what] = (faults[what] ?? 0) + times;
  };
  const stage: Stage = {
    world,
    elections,
    load,
    journal,
    front,
    random,
    happened,
    problem: what => void problems.push(what),
    kill: async part => {
      await part.kill();
      happened('kill');
    },
  };
  await untilAcknowledged(load, WARM_UP_VOTES);
  options.say('  the fault begins');
  await faultCase.run(stage).catch((error: unknown) => problems.push(`the case broke off: ${told(error)}`));
  const faultEnded = performance.now();
  await heal(world);
  options.say('  the fault is over, waiting for recovery');
  const recovered = await waitUntilProcessed(world, RECOVERY_DEADLINE_MILLIS);
  const recoveryMs = Math.round(performance.now() - faultEnded);
  if (!recovered)
    problems.push(`INV-11: lag did not return to 0 within ${RECOVERY_DEADLINE_MILLIS / 1000} s`);
  await sleep(AFTERWARDS_MILLIS);
  const { seconds } = await load.stop();
  await front?.close();
  await journal.close();
  if (!(await waitUntilProcessed(world, RECOVERY_DEADLINE_MILLIS)))
    problems.push('INV-11: lag did not return to 0 after the last vote');
  options.say('  auditing');
  problems.push(...(await watch.stop()), ...(await compareResults(world, elections)));
  problems.push(...(await auditAll(world, { journals: [journal.file], published: publishedOf(world) })));
  const judgement = judgeJournal({
    journal: await readJournal(journal.file),
    log: await readLoggedVotes(world, elections),
    counted: await readCountedVotes(world, elections),
  });
  problems.push(...judgement.problems);
  const written = await searchFiles(join(world.dataDirectory, 'logs'), ballots.secrets());
  problems.push(...written.map(place => `INV-10: ${place}`));
  if (Object.keys(faults).length === 0) problems.push('the fault did not happen: the case has shown nothing');
  const { acknowledged, lost, countedTwice, unknownOutcome } = judgement;
  return {
    name: faultCase.name,
    seed: options.seed,
    status: problems.length === 0 ? 'ok' : 'failed',
    ok: problems.length === 0,
    acknowledged,
    lost,
    countedTwice,
    unknownOutcome,
    longestAckStallMs: load.longestStallMillis(),
    recoveryMs,
    kills: faults.kill ?? 0,
    faults,
    votesPerSecond: Math.round(acknowledged / seconds),
    seconds: Math.round((performance.now() - begun) / 1000),
    problems,
  };
}

const KNOWN_DEADLINE_MILLIS = 30_000;

/** Tells the services of the elections and casts a vote in each through every way in, until it is accepted there. */
async function introduce(
  world: World,
  {
    elections,
    ballots,
    journal,
    transports,
  }: {
    readonly elections: CaseElections;
    readonly ballots: Ballots;
    readonly journal: Journal;
    readonly transports: readonly Transport[];
  },
): Promise<void> {
  for (const { election } of Object.values(elections)) {
    const { definition } = election;
    await publish(world.kafka, world.topics.elections, { kind: 'election', version: 1, definition });
  }
  const open = transports.map(async transport => {
    const ballot = ballots.next();
    const deadline = Date.now() + KNOWN_DEADLINE_MILLIS;
    for (;;) {
      const answer = await transport(ballot, AbortSignal.timeout(5_000));
      if (answer.kind === 'accepted') return castJournalled(ballot, transport, journal, () => undefined);
      if (Date.now() > deadline) throw new Error('an ingestion process does not accept votes');
      await sleep(200);
    }
  });
  await Promise.all(open);
}

function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
