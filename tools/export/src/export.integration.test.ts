import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { writeReport } from '@suffrage/audit/sign-report';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { ballotKey, shardOf } from '@suffrage/contracts/shards';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { encodeVoteRecord, type Vote } from '@suffrage/contracts/vote';
import { until } from '@suffrage/test/poll';
import { voteIdOf } from '@suffrage/test/ballot';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { Partitioners, type Producer } from 'kafkajs';
import { exportVotes } from './export-votes.ts';

jest.setTimeout(120_000);

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
/** Brought by `tools/setup/setup.sh python`. */
const PYTHON = pathOf('../../../.tools/bin/python-verify');
const VERIFY = pathOf('../../../docs/verify/verify.py');
const PUBLISH = pathOf('../../../services/aggregator/src/publish-audit.ts');
const SHARDS = 2;
const PARTITIONS = 4;

const scratch = mkdtempSync(join(tmpdir(), 'suffrage-export-'));
let bed: Testbed;
let producer: Producer;
let aggregatorUrl: string;

beforeAll(async () => {
  bed = await openTestbed({ partitions: PARTITIONS, shards: SHARDS, databases: SHARDS });
  producer = bed.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  bed.lifecycle.onClose('producer', () => producer.disconnect());
  await bed.processor();
  aggregatorUrl = (await bed.aggregator()).url;
}, 60_000);
afterAll(async () => {
  await bed?.close();
  rmSync(scratch, { recursive: true });
}, 60_000);

const MARKS = [
  { mayor: ['mayor-1'], council: [] },
  { mayor: ['mayor-2'], council: ['council-1'] },
  { mayor: ['mayor-3'], council: ['council-4', 'council-2'] },
];

function vote(made: TestElection, voter: number, more: Parameters<typeof signedVote>[1] = {}): Vote {
  return signedVote(made, { marked: MARKS[voter % MARKS.length] ?? {}, ...more });
}

/** Appends votes to a partition of their shard, one of two. */
async function append(made: TestElection, votes: readonly Vote[]): Promise<void> {
  for (const [place, each] of votes.entries()) {
    const shard = shardOf(ballotKey(voteIdOf(made, each), each.voterReference.reveal()), SHARDS);
    const partition = shard + SHARDS * (place % (PARTITIONS / SHARDS));
    const value = Buffer.from(encodeVoteRecord(each, 'ingestion-0'));
    await producer.send({ topic: bed.topics.votes, acks: -1, messages: [{ partition, value }] });
  }
}

/** Holds a whole election: returns the directory of its export. */
async function hold(
  mode: 'secret' | 'pseudonymous',
  votesOf: (made: TestElection) => readonly Vote[],
  own: Partial<Pick<ElectionDefinition, 'contests'>> = {},
) {
  const resultsKeys = [publishedKey(createPublicKey(bed.resultsKeyPem))];
  const made = await bed.publishElection({
    mode,
    revote: mode === 'secret' ? 'none' : 'last',
    title: { en: 'Test \u00e9\u4e16 "quoted"\n\u0007' },
    resultsKeys,
    ...own,
  });
  const { id } = made.election.definition;
  await until('the zero report', async () => (await fetchOf(id, 'zero-report')).ok);
  await append(made, votesOf(made));
  await bed.publishClosing(made);
  await until('the results', async () => (await fetchOf(id, 'results/document')).ok);
  const directory = join(scratch, id);
  const { brokers, databaseUrls, namespace } = bed;
  const votes = await exportVotes({ electionId: id, directory, brokers, databaseUrls, namespace });
  return { directory, votes, id };
}

const fetchOf = (id: string, path: string) => fetch(`${aggregatorUrl}/v1/elections/${id}/${path}`);

function verify(directory: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    const child = execFile(PYTHON, [VERIFY, directory], { timeout: 60_000 }, (_, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

const linesOf = (directory: string) =>
  readFileSync(join(directory, 'votes.ndjson'), 'utf8').split('\n').slice(0, -1);

/** What the recount says of an export after `alter` has changed its lines. */
async function verifyAltered(directory: string, alter: (lines: string[]) => string[]) {
  const file = join(directory, 'votes.ndjson');
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, `${alter(linesOf(directory)).join('\n')}\n`);
  const result = await verify(directory);
  writeFileSync(file, before);
  return result;
}

test('a secret election is exported in the order of vote IDs, and recounted by a script that knows nothing of ours', async () => {
  const { directory, votes } = await hold('secret', made => {
    const cast = Array.from({ length: 60 }, (_, voter) => vote(made, voter));
    return [...cast, ...cast.slice(0, 5)];
  });
  expect(votes).toBe(60);
  const lines = linesOf(directory).map(line => JSON.parse(line));
  const ids = lines.map(({ voteId }) => Buffer.from(voteId, 'base64url').toString('hex'));
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(lines.flatMap(line => Object.keys(line)))).toEqual(
    new Set(['voteId', 'selections', 'salt', 'token', 'tokenKeyId']),
  );
  expect(await verify(directory)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('60 votes recounted, 0 faults'),
  });

  const change = (line: string, altered: object) => JSON.stringify({ ...JSON.parse(line), ...altered });
  const plants: readonly [string, (lines: string[]) => string[]][] = [
    [
      'its ID is not the hash',
      ([first = '', ...rest]) => [
        change(first, { selections: { mayor: ['mayor-2'], council: ['council-3'] } }),
        ...rest,
      ],
    ],
    [
      'its ID is not the hash',
      ([first = '', ...rest]) => [change(first, { salt: randomBytes(32).toString('base64url') }), ...rest],
    ],
    [
      'what the ballot does not allow',
      ([first = '', ...rest]) => [change(first, { selections: { mayor: [], council: [] } }), ...rest],
    ],
    [
      'the registrar has not signed it',
      ([first = '', ...rest]) => [change(first, { token: randomBytes(256).toString('base64url') }), ...rest],
    ],
    ['the results say 60 votes, there are 59', ([, ...rest]) => rest],
    ['it is there twice', ([first = '', ...rest]) => [first, first, ...rest.slice(1)]],
    [
      'a member is there twice',
      ([first = '', ...rest]) => [first.replace('"selections"', '"selections":{},"selections"'), ...rest],
    ],
  ];
  for (const [message, alter] of plants) {
    const { status, stderr } = await verifyAltered(directory, alter);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  }
});

test('an option that stands alone is a whole answer for the recount, too', async () => {
  const option = (id: string, more = {}) => ({ id, title: { en: id }, ...more });
  const options = [option('a'), option('b'), option('c'), option('none', { exclusive: true })];
  const council = { id: 'council', title: { en: 'Council' }, minSelections: 2, maxSelections: 3, options };
  const marks = [['none'], ['a', 'b'], ['c', 'b', 'a']];
  const { directory, votes } = await hold(
    'secret',
    made => marks.map(marked => signedVote(made, { marked: { council: marked } })),
    { contests: [council] },
  );
  expect(votes).toBe(3);
  expect(await verify(directory)).toMatchObject({ status: 0 });
});

test('of a revised vote only the last is exported, with its voter reference', async () => {
  const references = Array.from({ length: 20 }, () => randomBytes(32));
  const { directory, votes } = await hold('pseudonymous', made => [
    ...references.map((voterReference, voter) => vote(made, voter, { voterReference, revision: 1 })),
    ...references
      .slice(0, 7)
      .map((voterReference, voter) => vote(made, voter + 1, { voterReference, revision: 2 })),
  ]);
  expect(votes).toBe(20);
  const revisions = linesOf(directory).map((line): number => JSON.parse(line).revision);
  expect(revisions.filter(revision => revision === 2)).toHaveLength(7);
  expect(await verify(directory)).toMatchObject({ status: 0 });
  const { status, stderr } = await verifyAltered(directory, ([first = '', ...rest]) => [
    JSON.stringify({ ...JSON.parse(first), revision: 9 }),
    ...rest,
  ]);
  expect([status, stderr]).toEqual([1, expect.stringContaining('the registrar has not signed it')]);
});

test('results that someone has changed do not pass, nor do those of another definition', async () => {
  const { directory } = await hold('secret', made => [vote(made, 0)]);
  const alter = async (name: string, from: RegExp, to: string) => {
    const file = join(directory, name);
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace(from, to));
    const result = await verify(directory);
    writeFileSync(file, before);
    return result;
  };
  expect((await alter('results.json', /"blank": 0/, '"blank": 1')).stderr).toContain('are not signed');
  expect((await alter('definition.json', /"mayor 1"/, '"mayor one"')).stderr).toContain(
    'of another ballotHash',
  );
  expect((await verify(directory)).status).toBe(0);
});

test('every audit report that was named is exported with the votes, and the recount still holds', async () => {
  const { directory, id } = await hold('secret', made => [vote(made, 0)]);
  const file = (name: string, text: string) => {
    writeFileSync(join(scratch, name), text);
    return join(scratch, name);
  };
  const env = {
    SUFFRAGE_VOTES_DATABASES_FILE: file('databases', bed.databaseUrls.join('\n')),
    SUFFRAGE_RESULTS_KEY_FILE: file('results.key', bed.resultsKeyPem),
  };
  for (const place of [1, 2]) {
    const report = join(scratch, `audit-${place}.json`);
    const { privateKey } = generateKeyPairSync('ed25519');
    writeReport(report, { balances: true, votes: { [id]: 1 }, place }, privateKey);
    await promisify(execFile)(process.execPath, [PUBLISH, '--election', id, '--report', report], { env });
  }
  const { brokers, databaseUrls, namespace } = bed;
  await exportVotes({ electionId: id, directory, brokers, databaseUrls, namespace });
  const { addendum, earlierAddenda } = JSON.parse(await (await fetchOf(id, 'results/official')).text());
  const written = (name: string): unknown => JSON.parse(readFileSync(join(directory, name), 'utf8'));
  expect(written('audit-addendum.json')).toEqual(earlierAddenda[0]);
  expect(written('audit-addendum-2.json')).toEqual(addendum);
  expect(await verify(directory)).toMatchObject({ status: 0 });
});

test('votes are exported only of a closed election, to a directory that holds no half of them', async () => {
  const made = await bed.publishElection();
  const { brokers, databaseUrls, namespace } = bed;
  const to = { directory: join(scratch, 'none'), brokers, databaseUrls, namespace };
  await expect(exportVotes({ ...to, electionId: made.election.definition.id })).rejects.toThrow(
    'not stated yet',
  );
  await expect(exportVotes({ ...to, electionId: 'unheard-of' })).rejects.toThrow(
    'there is no election unheard-of',
  );
});
