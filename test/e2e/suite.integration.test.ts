import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '@suffrage/audit/audit';
import { castVote } from '@suffrage/client/cast-vote';
import { grpcTransport } from '@suffrage/client/grpc-transport.node';
import { restTransport } from '@suffrage/client/transport';
import { waitUntilProcessed } from '@suffrage/client/vote-status';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { expectedTotals, readBallotFile } from '@suffrage/demo/ballots';
import { castBallots, signBallot } from '@suffrage/demo/cast-ballots';
import { electionDraft, FIRST, markBallot, RANKED } from '@suffrage/demo/draft';
import { openElection, results } from '@suffrage/demo/manager';
import { waitFor } from '@suffrage/stack/wait-for';
import { planSendings, seeded } from '@suffrage/demo/plan';
import { launchChromium } from '@suffrage/test/chromium';
import { startSuite, type Suite } from '@suffrage/test/suite';
import { Pool } from 'pg';

const whole = readBallotFile(join(import.meta.dirname, '../../examples/edinburgh-2022-ward-16.csv'));
const fifth = { ...whole, ballots: whole.ballots.filter((_, place) => place % 5 === 0) };
const MARKED = { [FIRST]: [whole.candidates[0]?.id ?? ''], [RANKED]: [whole.candidates[0]?.id ?? ''] };
const STACK_COMMAND = join(import.meta.dirname, '../../tools/stack/src/main.ts');
const DAY = 86_400_000;

let suite: Suite;

beforeAll(async () => {
  suite = await startSuite();
}, 180_000);

afterAll(() => suite?.stop(), 120_000);

async function open(id: string, mode: 'secret' | 'pseudonymous'): Promise<ElectionDefinition> {
  const times = { opensAt: new Date(), closesAt: new Date(Date.now() + DAY) };
  const definition = await openElection(suite.stack, id, own => ({
    ...electionDraft(whole, own, id, times),
    mode,
  }));
  await waitFor('the election everywhere', async () => (await results(suite.stack, definition.id)) && true);
  return definition;
}

async function hold(definition: ElectionDefinition, file: typeof whole) {
  const cast = await castBallots({
    stack: suite.stack,
    definition,
    sendings: planSendings(
      file.ballots.length,
      suite.stack.ingestionUrls.length,
      seeded(file.ballots.length),
    ),
    markedBy: ballot => markBallot(file, file.ballots[ballot] ?? []),
    voters: 24,
    onProgress: () => undefined,
  });
  expect(cast.problems).toEqual([]);
  return waitFor('the count of all votes', async () => {
    const snapshot = await results(suite.stack, definition.id);
    return snapshot && snapshot.counted >= file.ballots.length ? snapshot : undefined;
  });
}

function votesOf(snapshot: NonNullable<Awaited<ReturnType<typeof results>>>, contest: string) {
  return new Map(
    snapshot.contests?.find(({ id }) => id === contest)?.options.map(({ id, votes }) => [id, votes]),
  );
}

async function balanced() {
  const { brokers, databaseUrls, registrarUrl } = suite.stack;
  const issued = [{ from: registrarUrl, isRequired: true }];
  const report = await audit({ brokers, databaseUrls, namespace: '', waitMillis: 30_000, issued });
  expect(report.findings.first).toEqual([]);
  expect(report.balances).toBe(true);
  // Each election that counts votes has a signed number of tokens, which the audit has held against them.
  expect(Object.keys(report.issued)).toEqual(expect.arrayContaining(Object.keys(report.votes)));
  return report;
}

test('the Edinburgh election in pseudonymous mode comes to the totals of its ballots', async () => {
  const definition = await open('edinburgh-pseudonymous', 'pseudonymous');
  const snapshot = await hold(definition, whole);
  const { first, ranked } = expectedTotals(whole);
  expect(votesOf(snapshot, FIRST)).toEqual(first);
  expect(votesOf(snapshot, RANKED)).toEqual(ranked);
  expect(snapshot.counted).toBe(12_433);
  await balanced();
}, 300_000);

test('a fifth of it in secret mode does, too, and the page shows the totals while votes arrive', async () => {
  const definition = await open('edinburgh-secret', 'secret');
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', error => faults.push(error.message));
    page.on('console', message => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${suite.stack.pageUrl}/elections/${definition.id}`);
    const holding = hold(definition, fifth);
    const counted = page.getByTestId('counted');
    const seen = new Set<string>();
    const watching = holding.finally(() => seen.add('held'));
    while (!seen.has('held')) {
      seen.add(await counted.innerText());
      await page.waitForTimeout(100);
    }
    const snapshot = await watching;
    const { first, ranked } = expectedTotals(fifth);
    expect(votesOf(snapshot, FIRST)).toEqual(first);
    expect(votesOf(snapshot, RANKED)).toEqual(ranked);
    await counted.filter({ hasText: '2,487' }).waitFor({ timeout: 20_000 });
    const [leader, votes] = [...first].toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0];
    const row = page.locator(`.row[data-row="${leader}"]`).first();
    await row.filter({ hasText: votes.toLocaleString('en') }).waitFor({ timeout: 20_000 });
    // Numbers on their way up, not only the last one.
    expect(seen.size).toBeGreaterThan(5);
    expect(faults).toEqual([]);
  } finally {
    await browser.close();
  }
  await balanced();
}, 300_000);

test('a hundred copies of one vote at the same moment, through one and through two processes, are counted once', async () => {
  const definition = await open('copies', 'secret');
  const grpc = suite.stack.grpcAddresses.map(grpcTransport);
  const rest = suite.stack.ingestionUrls.map(restTransport);
  for (const transports of [rest.slice(0, 1), [...rest, ...grpc.map(({ transport }) => transport)]]) {
    const ballot = await signBallot(suite.stack.registrarUrl, definition, MARKED);
    const casts = await Promise.all(
      Array.from({ length: 100 }, (_, copy) =>
        castVote(transports[copy % transports.length] ?? restTransport(''), ballot),
      ),
    );
    // castVote accepts only receipts that verify.
    expect(casts.filter(({ status }) => status === 'accepted')).toHaveLength(100);
    const status = await waitUntilProcessed(
      suite.stack.resultsUrls[0] ?? '',
      definition.id,
      ballot.vote.voteIdText,
    );
    expect(status?.status).toBe('counted');
  }
  for (const { close } of grpc) close();
  const report = await balanced();
  expect(report.votes[definition.id]).toBe(2);
}, 120_000);

/** `make requeue` on this suite. */
async function runRequeue(): Promise<{ status: number | null; stdout: string }> {
  const { dataDirectory } = suite.infrastructure;
  const child = spawn(process.execPath, [STACK_COMMAND, 'requeue'], {
    env: { ...process.env, SUFFRAGE_DATA: dataDirectory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', data => (stdout += String(data)));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, stdout };
}

test('make requeue has refused votes tried again, and says what became of them', async () => {
  const definition = await open('refused', 'secret');
  expect(await runRequeue()).toEqual({
    status: 0,
    stdout: 'No vote is set aside: there is nothing to requeue.\n',
  });
  const database = new Pool({ connectionString: suite.stack.databaseUrls[0], max: 1 });
  try {
    await database.query(
      `create function refuse() returns trigger language plpgsql as
         $$ begin if new.election_id = '${definition.id}' then raise exception 'planted'; end if; return new; end $$;
       create trigger refuse before insert on votes for each row execute function refuse()`,
    );
    const ballots = await Promise.all(
      Array.from({ length: 3 }, () => signBallot(suite.stack.registrarUrl, definition, MARKED)),
    );
    const cast = ballots.map(ballot => castVote(restTransport(suite.stack.ingestionUrls[0] ?? ''), ballot));
    await Promise.all(cast);
    await waitFor('all set aside', async () => (await setAside(database)) === 3 || undefined);
    const refused = await runRequeue();
    expect(refused.status).toBe(1);
    expect(refused.stdout).toMatch(/^election +partition +set aside +counted +not counted +still refused$/m);
    expect(refused.stdout).toContain('3 still refused: the processors');
    await database.query('drop trigger refuse on votes; drop function refuse()');
    // (The processors' own attempt every 30 s may come first.)
    expect(await runRequeue()).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^ +processor-\d has tried again|nothing to requeue/),
    });
    expect(await setAside(database)).toBe(0);
  } finally {
    await database.end();
  }
  await waitFor('the count', async () => {
    const snapshot = await results(suite.stack, definition.id);
    return snapshot?.counted === 3 ? snapshot : undefined;
  });
  await balanced();
}, 120_000);

async function setAside(database: Pool): Promise<number> {
  const { rows } = await database.query<{ votes: string }>(
    `select count(*) as votes from outcomes where code = 'database-refused'`,
  );
  return Number(rows[0]?.votes);
}

test('a processor killed while votes arrive loses nothing, and works on when it is started again', async () => {
  const definition = await open('killed', 'pseudonymous');
  const processor = suite.services.part('processor-1');
  const holding = hold(definition, fifth);
  await waitFor(
    'some votes counted',
    async () => ((await results(suite.stack, definition.id))?.counted ?? 0) > 300 || undefined,
  );
  await processor.kill();
  await waitFor(
    'more votes counted',
    async () => ((await results(suite.stack, definition.id))?.counted ?? 0) > 1_500 || undefined,
    60_000,
  );
  await processor.start();
  const snapshot = await holding;
  expect(snapshot.counted).toBe(2_487);
  expect(votesOf(snapshot, FIRST)).toEqual(expectedTotals(fifth).first);
  await balanced();
}, 180_000);
