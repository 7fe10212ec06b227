import { audit } from '@suffrage/audit/audit';
import { printReport } from '@suffrage/audit/print-report';
import { waitFor } from '@suffrage/stack/wait-for';
import { castBadVotes } from './bad-votes.ts';
import { readBallotFile } from './ballots.ts';
import { type Cast, castBallots, signBallot } from './cast-ballots.ts';
import { checkElection } from './checks.ts';
import { electionDraft, FIRST, markBallot, RANKED } from './draft.ts';
import { type Figures, makeFigures, printFigures, readCpu } from './figures.ts';
import { showLive } from './live-view.ts';
import type { LocalStack } from './local-stack.ts';
import { openElection, results } from './manager.ts';
import { planSendings, seeded } from './plan.ts';
import { count } from './terminal.ts';

const VOTERS = 24;
const SEED = 16;
const DAY_MILLIS = 86_400_000;
/** Long enough for the registrar's rule of 20 s notice. */
const SHORT_ELECTION_MILLIS = 25_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** What came of it: whether everything balances, and what it cost. */
export type Held = { readonly ok: boolean; readonly electionId: string; readonly figures: Figures };

/**
 * Holds the election of Edinburgh 2022, ward 16, again, with the real ballots of `ballotFile`, on whatever answers at these
 * addresses; audits it and says on the terminal how each check came out.
 */
export async function holdEdinburgh(stack: LocalStack, ballotFile: string): Promise<Held> {
  const file = readBallotFile(ballotFile);
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
  return { ok: checks.every(check => check.ok), electionId: definition.id, figures };
}
