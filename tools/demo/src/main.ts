import { join } from 'node:path';
import { audit } from '@suffrage/audit/audit';
import { printReport } from '@suffrage/audit/print-report';
import { waitFor } from '@suffrage/stack/wait-for';
import { castBadVotes } from './bad-votes.ts';
import { readBallotFile } from './ballots.ts';
import { type Cast, castBallots, signBallot } from './cast-ballots.ts';
import { checkElection } from './checks.ts';
import { electionDraft, FIRST, markBallot, RANKED } from './draft.ts';
import { makeFigures, printFigures, readCpu, saveFigures } from './figures.ts';
import { showLive } from './live-view.ts';
import { isUp, openLocalStack, stackCommand } from './local-stack.ts';
import { openElection, results } from './manager.ts';
import { planSendings, seeded } from './plan.ts';
import { count } from './terminal.ts';

const ROOT = join(import.meta.dirname, '../../..');
const VOTERS = 24;
const SEED = 16;
const DAY_MILLIS = 86_400_000;
/** Long enough for the registrar's rule of 20 s notice. */
const SHORT_ELECTION_MILLIS = 25_000;

const HELP = `make demo

Starts the local stack, holds the election of Edinburgh 2022, ward 16, again with its 12,433 real ballots, checks the
count against the ballots, audits the log, and leaves the stack and its page running.

  DEMO_STAY=0       stop the stack at the end
  SUFFRAGE_DATA=DIR keep the stack's data there (default .data/local)

Exit status 1 when anything does not balance.`;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function demo(): Promise<boolean> {
  const dataDirectory = process.env.SUFFRAGE_DATA ?? join(ROOT, '.data/local');
  if (!isUp(dataDirectory)) stopOnInterrupt();
  stackCommand('up');
  const stack = openLocalStack(dataDirectory);
  const file = readBallotFile(join(ROOT, 'examples/edinburgh-2022-ward-16.csv'));
  say(
    `\nEdinburgh 2022, ward 16: ${count(file.ballots.length)} ballots for ${file.candidates.length} candidates`,
  );

  const now = Date.now();
  const times = (millis: number) => ({ opensAt: new Date(now), closesAt: new Date(now + millis) });
  const short = await openElection(stack, 'rehearsal', id =>
    electionDraft(file, id, 'Rehearsal, closed early', times(SHORT_ELECTION_MILLIS)),
  );
  const one = file.candidates[0]?.id ?? '';
  const tooLate = await signBallot(stack.registrarUrl, short, { [FIRST]: [one], [RANKED]: [one] });
  const definition = await openElection(stack, 'edinburgh-2022-ward-16', id =>
    electionDraft(file, id, 'Edinburgh 2022, ward 16', times(DAY_MILLIS)),
  );
  await waitFor(
    'the election on all parts of the stack',
    async () => (await results(stack, definition.id)) && true,
  );
  say(`The election is open. Watch it: ${stack.pageUrl}/elections/${definition.id}\n`);

  const before = readCpu(stack);
  const begun = performance.now();
  const progress: { cast: Pick<Cast, 'accepted'> } = { cast: { accepted: 0 } };
  const live = showLive(
    file,
    () => progress.cast,
    () => results(stack, definition.id),
  );
  const cast = await castBallots({
    stack,
    definition,
    sendings: planSendings(file.ballots.length, stack.ingestionUrls.length, seeded(SEED)),
    markedBy: ballot => markBallot(file, file.ballots[ballot] ?? []),
    voters: VOTERS,
    onProgress: soFar => {
      progress.cast = soFar;
    },
  });
  const wallMillis = performance.now() - begun;
  const snapshot = await waitFor('the count of all votes', async () => {
    const newest = await results(stack, definition.id);
    return newest && newest.counted >= cast.accepted ? newest : undefined;
  });
  await live.stop();
  const figures = makeFigures(before, readCpu(stack), cast.accepted, wallMillis, cast.latencies);

  await waitFor(
    'the closing of the rehearsal',
    async () => Date.now() > Date.parse(short.closesAt) || undefined,
  );
  const badVotes = await castBadVotes(stack, { definition, closed: tooLate });
  const report = await audit({
    brokers: stack.brokers,
    databaseUrls: stack.databaseUrls,
    namespace: '',
    waitMillis: 30_000,
    issued: [{ from: stack.registrarUrl, isRequired: true }],
  });
  say(`\n${printReport(report, { partitions: false })}`);
  const checks = checkElection({ file, electionId: definition.id, cast, badVotes, snapshot, report });
  for (const { what, ok, detail } of checks) say(`  ${ok ? '✓' : '✗'} ${what}: ${detail}`);
  say(['', ...printFigures(figures), ''].join('\n'));
  saveFigures(join(ROOT, 'out/demo.json'), figures);
  const ok = checks.every(check => check.ok);
  if (process.env.DEMO_STAY === '0') stackCommand('down');
  else {
    say(`The stack is still up: ${stack.pageUrl}/elections/${definition.id} (make down stops it)`);
    say(`Hold an election yourself: ${stack.pageUrl}/manage, with the token ${stack.managerToken}`);
  }
  say(ok ? 'Everything balances.' : 'Something does not balance: see the lines marked with ✗.');
  return ok;
}

/** Ctrl-C leaves no process behind that this demonstration has started. */
function stopOnInterrupt(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stackCommand('down');
      process.exit(130);
    });
  }
}

if (process.argv.includes('--help')) {
  say(HELP);
} else {
  process.exitCode = await demo().then(
    ok => (ok ? 0 : 1),
    (error: unknown) => {
      process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    },
  );
}
