import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { restTransport, type SignedBallot, type Transport } from '@suffrage/client/transport';
import { isCounted } from '@suffrage/client/vote-status';
import type { Receipt } from '@suffrage/contracts/receipt';
import { seeded } from '@suffrage/demo/plan';
import { programs, repositoryDirectory } from '@suffrage/stack/paths';
import { readSecret } from '@suffrage/stack/secrets';
import type { Services } from '@suffrage/stack/start-services';
import { startProgramDoubles } from '@suffrage/test/program-doubles';
import { publish } from '@suffrage/test/testbed';
import { type CaseElections, createBallots, makeElections } from '../ballots.ts';
import type { CaseResult } from '../case-result.ts';
import { auditAll, endOffsets, readCountedVotes, readLoggedVotes, waitUntilProcessed } from '../evidence.ts';
import type { LoneCase } from '../fault-case.ts';
import { openJournal, readJournal } from '../journal.ts';
import type { Evidence } from '../judge-journal.ts';
import { judgeRegions } from '../regions/judge-regions.ts';
import { castJournalled, type Load, startLoad, untilAcknowledged } from '../load.ts';
import { castThroughRegistrar, openThroughRegistrar } from '../manager.ts';
import { operate, OUTPUTS } from '../regions/operator.ts';
import { startTwoRegions, type TwoRegions } from '../regions/two-regions.ts';
import { type Mirror, withoutMirrorMaker } from '../regions/mirror.ts';
import { compareResults } from '../watch-results.ts';
import { type Place, placeOf } from '../world.ts';

const DEFAULT_RATE = 100;
const BEFORE = 600;
const UNCOPIED = 200;
const AFTERWARDS = 400;
/** Longer than brokers take old timestamps, and than a message about an election counts. */
const OLD_MILLIS = 20_000;
const COPIED_MILLIS = 90_000;
const COUNTED_MILLIS = 120_000;

type Options = Parameters<LoneCase['alone']>[0];
type Region = 'eu-west-1' | 'eu-central-1';

/** Voters go where the dials send them; every receipt is kept by the region that gave it. */
function openDials(first: Services) {
  const dials: Record<string, number> = { 'eu-west-1': 100, 'eu-central-1': 0 };
  const transports: Record<string, readonly Transport[]> = {
    'eu-west-1': first.urls('ingestion').map(restTransport),
  };
  const receipts: Record<Region, Receipt[]> = { 'eu-west-1': [], 'eu-central-1': [] };
  let next = 0;
  const voter: Transport = async (ballot, signal) => {
    const region = dials['eu-central-1'] === 100 ? 'eu-central-1' : 'eu-west-1';
    const there = transports[region] ?? [];
    const transport = there[(next += 1) % there.length];
    if (!transport || dials[region] !== 100) return { kind: 'no-answer', reason: 'nobody is sent anywhere' };
    const answer = await transport(ballot, signal);
    if (answer.kind === 'accepted') receipts[region].push(answer.receipt);
    return answer;
  };
  return {
    dials,
    receipts,
    voter,
    open: (region: Region, urls: readonly string[]) => void (transports[region] = urls.map(restTransport)),
  };
}

const evidenceOf = async (place: Place, elections: CaseElections): Promise<Omit<Evidence, 'journal'>> => ({
  log: await readLoggedVotes(place, elections),
  counted: await readCountedVotes(place, elections),
});

const endOf = async (place: Place) =>
  [...(await endOffsets(place)).values()].reduce((sum, end) => sum + end, 0);

/** The copy is no longer behind. @throws Error with what the copying process said last. */
async function untilCopied(first: Place, second: Place, mirror: Mirror): Promise<void> {
  const deadline = Date.now() + COPIED_MILLIS;
  const wanted = await endOf(first);
  while ((await endOf(second)) < wanted) {
    if (Date.now() > deadline)
      throw new Error(
        `${await endOf(second)} of ${wanted} records were copied in time:\n${mirror.lastLines()}`,
      );
    await sleep(200);
  }
}

/** Everything of a region at once: servers and services. */
async function loseFirst({ first }: TwoRegions): Promise<number> {
  const parts = first.infrastructure.parts.all.filter(part => part.isRunning());
  await Promise.all(parts.map(part => part.kill()));
  return parts.length;
}

/** The program that an operator runs. @returns its exit status */
async function runFailover(
  path: string,
  directory: string,
  election: string,
  published: number,
  say: Options['say'],
) {
  const outputs = join(directory, 'outputs.json');
  writeFileSync(outputs, JSON.stringify(OUTPUTS));
  const shown = ['--results', 'http://results', '--election', election, '--published', String(published)];
  const words = [
    '--outputs',
    outputs,
    '--from',
    'eu-west-1',
    '--to',
    'eu-central-1',
    '--yes',
    '--poll',
    '1',
    ...shown,
  ];
  const child = spawn(programs.node, [join(repositoryDirectory, 'infra/failover/main.ts'), ...words], {
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', line => say(`    | ${line}`));
  return new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
}

/** Clients keep their votes until they are counted: they ask, and send again what is not. */
async function sendAgain(
  ballots: readonly SignedBallot[],
  results: string,
  cast: (ballot: SignedBallot) => Promise<void>,
): Promise<number> {
  let again = 0;
  const left = [...ballots];
  const one = async () => {
    for (let ballot = left.shift(); ballot; ballot = left.shift()) {
      const { voteIdText, election } = ballot.vote;
      if (await isCounted(results, election.definition.id, voteIdText)) continue;
      again += 1;
      await cast(ballot);
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return again;
}

async function loseRegion(options: Options): Promise<CaseResult> {
  const regions = await startTwoRegions(options.say);
  let ok = false;
  try {
    const result = await rehearse(regions, options);
    ok = result.ok;
    return result;
  } finally {
    if (!ok) options.say(`  logs and data are kept in ${regions.directory}`);
    await regions.close({ keepData: !ok });
  }
}

async function rehearse(
  regions: TwoRegions,
  { name, seed, rate = DEFAULT_RATE, say }: Options,
): Promise<CaseResult> {
  const begun = performance.now();
  const random = seeded(seed);
  const problems: string[] = [];
  const [first, second] = [placeOf(regions.first.infrastructure), placeOf(regions.second)];
  const untilProcessed = async () => {
    if (!(await waitUntilProcessed(second, COUNTED_MILLIS))) problems.push('INV-11: lag did not return to 0');
  };
  const elections = makeElections(name, readSecret(first.infrastructure.secrets.receiptKey));
  for (const { election } of Object.values(elections))
    await publish(first.kafka, first.topics.elections, {
      kind: 'election',
      version: 1,
      definition: election.definition,
    });
  const managed = await openThroughRegistrar(regions.first);
  const shown = elections.revotable.election.definition.id;
  const { dials, receipts, voter, open } = openDials(regions.first.services);
  const journal = await openJournal(join(regions.directory, 'journal.jsonl'));
  const made = createBallots(elections, random);
  const kept: SignedBallot[] = [];
  const ballots = {
    ...made,
    next: () => {
      const ballot = made.next();
      kept.push(ballot);
      return ballot;
    },
  };

  const load: Load = startLoad({ transports: [voter], ballots, journal, random, rate });
  // The copy begins late: elections and votes are older than a log of its own would take.
  await Promise.all([untilAcknowledged(load, BEFORE), sleep(OLD_MILLIS)]);
  const mirror = await regions.startCopy();
  await untilCopied(first, second, mirror);
  const published = (await readCountedVotes(first, elections)).filter(
    vote => vote.electionId === shown,
  ).length;
  say('  the first region is lost while the copy is behind');
  mirror.pause();
  await untilAcknowledged(load, UNCOPIED);
  const kills = await loseFirst(regions);
  mirror.resume();
  const lostAt = performance.now();

  let services: Services | undefined;
  let takenOver: Omit<Evidence, 'journal'> = { log: [], counted: [] };
  const doubles = await startProgramDoubles(
    ['aws', 'helm', 'kubectl', 'curl'],
    operate({
      regions,
      mirror,
      dials,
      onServing: started => {
        services = started;
        open('eu-central-1', started.urls('ingestion'));
      },
      onAudited: async () => {
        takenOver = await evidenceOf(second, elections);
      },
    }),
  );
  const status = await runFailover(doubles.path, regions.directory, shown, published, say).finally(
    doubles.close,
  );
  const recoveryMs = Math.round(performance.now() - lostAt);
  if (status !== 0 || !services) throw new Error(`the failover ended with status ${status}`);

  say('  voters are in the second region, and send again what it has not counted');
  await untilAcknowledged(load, AFTERWARDS);
  const { seconds } = await load.stop();
  const [results = ''] = services.urls('aggregator');
  await untilProcessed();
  const again = await sendAgain(kept, results, ballot =>
    castJournalled(ballot, voter, journal, () => undefined),
  );
  await journal.close();
  await untilProcessed();
  const serving = { ...second, services, transports: services.urls('ingestion').map(restTransport) };
  await castThroughRegistrar({ world: serving, problem: text => void problems.push(text) }, managed);
  await untilProcessed();

  say('  the brokers of the first region come back, to be asked for the places of its receipts');
  await Promise.all(first.infrastructure.kafka.brokers.map(broker => broker.start()));
  problems.push(...(await auditAll(second)), ...(await compareResults(serving, elections)));
  const entries = await readJournal(journal.file);
  const judgement = judgeRegions({
    told: entries.filter(({ kind }) => kind !== 'receipt'),
    first: receipts['eu-west-1'],
    second: receipts['eu-central-1'],
    firstLog: await readLoggedVotes(first, elections),
    takenOver,
    end: await evidenceOf(second, elections),
  });
  problems.push(...judgement.problems);
  if (judgement.notCopied === 0)
    problems.push('every acknowledged vote had been copied: the case has shown nothing');
  return {
    name,
    seed,
    status: problems.length === 0 ? 'ok' : 'failed',
    ok: problems.length === 0,
    acknowledged: judgement.acknowledged,
    lost: judgement.lost,
    countedTwice: judgement.countedTwice,
    unknownOutcome: judgement.unknownOutcome,
    longestAckStallMs: load.longestStallMillis(),
    recoveryMs,
    kills,
    faults: {
      kill: kills,
      'acknowledged vote not copied': judgement.notCopied,
      'vote sent again by its client': again,
    },
    votesPerSecond: Math.round(judgement.acknowledged / seconds),
    seconds: Math.round((performance.now() - begun) / 1000),
    problems,
  };
}

export const regionCases: readonly LoneCase[] = [
  {
    name: 'region-lost',
    what: 'All of a region is killed while its copy is behind; another counts the copied log, and clients send the rest again.',
    skip: withoutMirrorMaker,
    alone: loseRegion,
  },
];
