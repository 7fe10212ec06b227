import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { resultsDocumentSchema, sealSchema, zeroReportSchema } from '@suffrage/contracts/official';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { checkStatement, statementHash } from '@suffrage/contracts/signed-statement';
import { until } from '@suffrage/test/poll';
import { testServers } from '@suffrage/test/servers';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { randomBytes } from 'node:crypto';
import { ballot, definition } from '../../test/definitions.ts';
import { createInstallation, type Installation, PARTITIONS, type Replica } from '../../test/installation.ts';

jest.setTimeout(60_000);

const HOUR_MILLIS = 3_600_000;
const key = generateKeyPairSync('ed25519');
const resultsKeys = [publishedKey(key.publicKey)];
const keyFile = join(tmpdir(), `results-${randomBytes(4).toString('hex')}.key`);
writeFileSync(keyFile, key.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });

let installation: Installation;
let replica: Replica;
let ahead = 0;

beforeAll(async () => {
  installation = await createInstallation(testServers());
  replica = await installation.start({
    clock: () => Date.now() + ahead,
    environment: { SUFFRAGE_RESULTS_KEY_FILE: keyFile },
  });
});
afterAll(() => installation.close());

const contests = { mayor: ['ann', 'ben'], council: ['cat', 'dan', 'eve'] };

async function open(id: string, fields: Partial<ElectionDefinition> = {}): Promise<ElectionDefinition> {
  const closesAt = new Date(Date.now() + ahead + HOUR_MILLIS).toISOString();
  const ballots = ballot(contests).contests.map(contest =>
    contest.id === 'council' ? { ...contest, maxSelections: 2 } : contest,
  );
  const made = definition(id, { contests: ballots, closesAt, resultsKeys, ...fields });
  await installation.open(made);
  return made;
}

const get = async (electionId: string, path: string) => {
  const response = await fetch(`${replica.url}/v1/elections/${electionId}/${path}`);
  const body: unknown = await response.json();
  return { status: response.status, body };
};
const stated = (electionId: string, path: string) =>
  until(`${path} of ${electionId} is stated`, async () => {
    const { status, body } = await get(electionId, path);
    return status === 200 ? body : undefined;
  });

/** Option indexes of each contest, as the processor writes a counted vote, with its tallies. */
async function countVote(
  electionId: string,
  partition: number,
  marks: readonly (readonly number[])[],
  { revised = false } = {},
): Promise<void> {
  const selections = Buffer.concat(
    marks.map(marked => {
      const bytes = Buffer.alloc(2 + 2 * marked.length);
      bytes.writeUInt16BE(marked.length);
      for (const [place, index] of marked.entries()) bytes.writeUInt16BE(index, 2 + 2 * place);
      return bytes;
    }),
  );
  const pool = installation.shards[partition % 2 === 0 ? 0 : 1];
  const { rows } = await pool.query<{ next_offset: string }>(
    `insert into progress as p (topic, partition, next_offset, counted) values ($1, $2, 1, 1)
     on conflict (topic, partition) do update set next_offset = p.next_offset + 1, counted = p.counted + 1
     returning next_offset`,
    [installation.topics.votes, partition],
  );
  const offset = Number(rows[0]?.next_offset) - 1;
  const row = [electionId, randomBytes(32), randomBytes(32), selections, partition, offset];
  await installation.producer.send({
    topic: installation.topics.votes,
    acks: -1,
    messages: [{ partition, value: 'a vote' }],
  });
  await pool.query(
    `insert into votes (election_id, ballot_key, vote_id, selections, partition, record_offset, revision, cast_at)
     values ($1, $2, $3, $4, $5, $6, 1, 0)`,
    row,
  );
  if (revised) {
    await pool.query(
      `insert into superseded (election_id, vote_id, partition, record_offset, revision, superseded_by)
       values ($1, $2, $3, $4, 0, $2)`,
      [electionId, randomBytes(32), partition, offset + 1_000],
    );
  }
  const tally = async (contest: string, option: string) =>
    pool.query(
      `insert into tallies as t (election_id, contest, option, partition, votes) values ($1, $2, $3, $4, 1)
       on conflict (election_id, contest, option, partition) do update set votes = t.votes + 1`,
      [electionId, contest, option, partition],
    );
  await tally('*', '*');
  for (const [place, [contest, options]] of Object.entries(contests).entries()) {
    for (const index of marks[place] ?? []) await tally(contest, options[index] ?? '');
  }
}

async function close(electionId: string): Promise<void> {
  ahead += HOUR_MILLIS + 21_000;
  await until('the results are final', async () => {
    const { body } = await get(electionId, 'results');
    return JSON.stringify(body).includes('"provisional":false');
  });
}

test('before the first vote a zero report is stated, once, and signed for this election', async () => {
  await open('zero');
  const report = zeroReportSchema.parse(await stated('zero', 'zero-report'));
  expect(await checkStatement(report, resultsKeys)).toBe('valid');
  expect(await checkStatement(report, [])).toBe('key-unknown');
  const altered = { ...report, positions: [{ partition: 0, nextOffset: 99 }] };
  expect(await checkStatement(altered, resultsKeys)).toBe('signature-invalid');
  await countVote('zero', 0, [[0], []]);
  expect(await get('zero', 'zero-report')).toEqual({ status: 200, body: report });
  await expect(installation.shards[0].query(`update statements set statement = '{}'`)).rejects.toThrow(
    'statements can not change',
  );
  await expect(installation.shards[0].query('delete from statements')).rejects.toThrow();
});

test('an election with a counted vote gets no zero report', async () => {
  await countVote('late', 1, [[0], []]);
  await open('late');
  await open('after-late');
  await stated('after-late', 'zero-report');
  expect(await get('late', 'zero-report')).toMatchObject({
    status: 404,
    body: { code: 'statement-unavailable' },
  });
});

test('results of both shards are stated after the closing, with undervotes and blank votes', async () => {
  await open('council');
  const zero = zeroReportSchema.parse(await stated('council', 'zero-report'));
  await countVote('council', 0, [[0], [0, 2]], { revised: true });
  await countVote('council', 1, [[1], []]);
  await countVote('council', 3, [[], [1]]);
  expect((await get('council', 'results/document')).status).toBe(404);
  await close('council');
  const document = resultsDocumentSchema.parse(await stated('council', 'results/document'));
  expect(await checkStatement(document, resultsKeys)).toBe('valid');
  expect(document).toMatchObject({
    counted: 3,
    issued: null,
    zeroReport: statementHash(zero),
    contests: [
      { id: 'mayor', options: [{ votes: 1 }, { votes: 1 }], undervotes: 1, blank: 1 },
      { id: 'council', options: [{ votes: 1 }, { votes: 1 }, { votes: 1 }], undervotes: 3, blank: 1 },
    ],
  });
  expect(document.log.endOffsets).toHaveLength(PARTITIONS);
});

test('a tally that is not what the votes say keeps results from being stated', async () => {
  await open('false-tally');
  await countVote('false-tally', 0, [[0], []]);
  await installation.shards[0].query(
    `update tallies set votes = votes + 1 where election_id = 'false-tally' and option = 'ann'`,
  );
  await open('true-tally');
  await close('true-tally');
  await stated('true-tally', 'results/document');
  expect((await get('false-tally', 'results/document')).status).toBe(404);
  await installation.shards[0].query(
    `update tallies set votes = votes - 1 where election_id = 'false-tally' and option = 'ann'`,
  );
  await stated('false-tally', 'results/document');
});

test('below the privacy threshold the official results say how many voted, not what', async () => {
  await open('few', { privacyThreshold: 3 });
  await countVote('few', 0, [[0], []]);
  await countVote('few', 1, [[0], []]);
  await close('few');
  const document = resultsDocumentSchema.parse(await stated('few', 'results/document'));
  expect(document).toMatchObject({ counted: 2, contests: null });
  expect((await get('few', 'results')).body).toMatchObject({
    counted: 2,
    contests: null,
    provisional: false,
  });
});

test('a sealed election is frozen in every database, and other elections go on', async () => {
  const made = await open('sealed');
  await open('other');
  await countVote('sealed', 0, [[0], []], { revised: true });
  await countVote('sealed', 1, [[1], [1]]);
  await close('sealed');
  const results = resultsDocumentSchema.parse(await stated('sealed', 'results/document'));
  expect((await get('sealed', 'seal')).status).toBe(404);
  await installation.tell({ kind: 'seal', electionId: made.id, closesAt: made.closesAt });
  const seal = sealSchema.parse(await stated('sealed', 'seal'));
  expect(await checkStatement(seal, resultsKeys)).toBe('valid');
  expect(seal.results).toBe(statementHash(results));
  const own = seal.partitions.map(({ partition, votes, superseded }) => ({ partition, votes, superseded }));
  expect(own.filter(({ votes }) => votes > 0)).toEqual([
    { partition: 0, votes: 1, superseded: 1 },
    { partition: 1, votes: 1, superseded: 0 },
  ]);

  await expect(countVote('sealed', 0, [[0], []])).rejects.toThrow('election-sealed');
  for (const pool of installation.shards) {
    for (const attempt of [
      `update votes set selections = '\\x00' where election_id = 'sealed'`,
      `update votes set election_id = 'other' where election_id = 'sealed'`,
      `delete from votes where election_id = 'sealed'`,
      `update tallies set votes = votes + 1 where election_id = 'sealed'`,
      `delete from tallies where election_id = 'sealed'`,
      `insert into intake (election_id, instance, partition, votes) values ('sealed', 'i', 0, 1)`,
      `delete from seals`,
      `truncate votes`,
    ]) {
      await expect(pool.query(attempt)).rejects.toMatchObject({ code: '23514' });
    }
  }
  await expect(
    installation.shards[0].query(`delete from superseded where election_id = 'sealed'`),
  ).rejects.toThrow('election-sealed');
  await countVote('other', 0, [[0], []]);

  // Records that come too late still get their outcome, which stays.
  const [pool] = installation.shards;
  await pool.query(
    `insert into outcomes (partition, record_offset, outcome, code, election_id)
     values (0, 99, 'rejected', 'election-closed', 'sealed')`,
  );
  await pool.query(`update outcomes set relayed = true where record_offset = 99`);
  await expect(pool.query(`update outcomes set code = 'other' where record_offset = 99`)).rejects.toThrow();
  await expect(pool.query(`delete from outcomes where record_offset = 99`)).rejects.toThrow(
    'election-sealed',
  );
});

test('while a vote is set aside, or one is missing, nothing is frozen: it could never be counted', async () => {
  const made = await open('restored');
  await countVote('restored', 0, [[0], []]);
  await close('restored');
  await stated('restored', 'results/document');
  const [pool, other] = installation.shards;
  // As a database may look that was restored, and filled again from the log.
  const { rows } = await pool.query(`delete from votes where election_id = 'restored' returning *`);
  const [vote] = rows;
  await pool.query(
    `insert into outcomes (partition, record_offset, outcome, code, election_id)
     values (0, 777, 'quarantined', 'database-refused', 'restored')`,
  );
  await installation.tell({ kind: 'seal', electionId: made.id, closesAt: made.closesAt });
  const another = await open('not-restored');
  await close('not-restored');
  await stated('not-restored', 'results/document');
  await installation.tell({ kind: 'seal', electionId: another.id, closesAt: another.closesAt });
  await stated('not-restored', 'seal');
  for (const each of [pool, other])
    expect((await each.query(`select from seals where election_id = 'restored'`)).rowCount).toBe(0);
  await pool.query(`delete from outcomes where election_id = 'restored'`);
  await pool.query(
    `insert into votes (election_id, ballot_key, vote_id, selections, partition, record_offset, revision, cast_at)
     values ($1, $2, $3, $4, $5, $6, 1, 0)`,
    ['restored', vote.ballot_key, vote.vote_id, vote.selections, vote.partition, vote.record_offset],
  );
  sealSchema.parse(await stated('restored', 'seal'));
});
