import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { toBase64url } from '@suffrage/contracts/bytes';
import { randomBytes } from 'node:crypto';
import { until } from '@suffrage/test/poll';
import { testServers } from '@suffrage/test/servers';
import { ballot, definition } from '../test/definitions.ts';
import { createInstallation, type Installation, type Replica } from '../test/installation.ts';
import { getResults } from '../test/readers.ts';

jest.setTimeout(60_000);

let installation: Installation;
let replica: Replica;

beforeAll(async () => {
  installation = await createInstallation(testServers());
  for (const id of ['council', 'other']) await installation.open(definition(id, ballot({ mayor: ['ann'] })));
  replica = await installation.start();
  await until('the elections are known', async () => (await getResults(replica, 'other')).snapshot);
});
afterAll(() => installation.close());

const get = (electionId: string, voteId: string) =>
  fetch(`${replica.url}/v1/elections/${electionId}/votes/${voteId}`);

const statusOf = async (voteId: Buffer, electionId = 'council'): Promise<unknown> =>
  (await get(electionId, toBase64url(voteId))).json();

const addOutcome = (voteId: Buffer, offset: number, outcome: string, code: string | null) =>
  installation.shards[1].query(
    `insert into outcomes (partition, record_offset, outcome, code, election_id, vote_id)
     values (1, $1, $2, $3, 'council', $4)`,
    [offset, outcome, code, voteId],
  );

const addSuperseded = (voteId: Buffer) =>
  installation.shards[0].query(
    `insert into superseded (partition, record_offset, revision, election_id, vote_id, superseded_by)
     values (0, 9, 1, 'council', $1, $2)`,
    [voteId, randomBytes(32)],
  );

const addVote = (voteId: Buffer, ballotKey: Buffer) =>
  installation.shards[0].query(
    `insert into votes (revision, partition, record_offset, cast_at, election_id, ballot_key, vote_id, selections)
     values (0, 0, 1, 0, 'council', $1, $2, '')`,
    [ballotKey, voteId],
  );

test('the status of a vote is the strongest outcome of its records in all shards', async () => {
  const voteId = randomBytes(32);
  const named = { electionId: 'council', voteId: toBase64url(voteId) };
  expect(await statusOf(voteId)).toEqual({ ...named, status: 'unknown' });
  await addOutcome(voteId, 1, 'duplicate', null);
  expect(await statusOf(voteId)).toEqual({ ...named, status: 'unknown' });
  await addOutcome(voteId, 2, 'rejected', 'token-invalid');
  expect(await statusOf(voteId)).toEqual({ ...named, status: 'rejected', code: 'token-invalid' });
  await addOutcome(voteId, 3, 'quarantined', 'database-refused');
  expect(await statusOf(voteId)).toEqual({ ...named, status: 'quarantined', code: 'database-refused' });
  await addOutcome(voteId, 4, 'older-revision', null);
  expect(await statusOf(voteId)).toEqual({ ...named, status: 'older-revision' });
  await addSuperseded(voteId);
  expect(await statusOf(voteId)).toEqual({ ...named, status: 'superseded' });
  await addVote(voteId, randomBytes(32));
  const record = { partition: 0, offset: 1, castAt: '1970-01-01T00:00:00.000Z' };
  expect(await statusOf(voteId)).toEqual({ ...named, status: 'counted', record });
  expect(await statusOf(voteId, 'other')).toMatchObject({ status: 'unknown' });
});

test('a counted vote is found by its vote ID in secret and in pseudonymous elections', async () => {
  const [secret, pseudonymous, superseding] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  await addVote(secret, secret);
  await addVote(pseudonymous, randomBytes(32));
  expect(await statusOf(secret)).toMatchObject({ status: 'counted' });
  expect(await statusOf(pseudonymous)).toMatchObject({ status: 'counted' });
  // The ballot key of another vote is not a vote ID.
  await addVote(randomBytes(32), superseding);
  expect(await statusOf(superseding)).toMatchObject({ status: 'unknown' });
});

test('a vote ID that is none is refused, and so is an unknown election', async () => {
  const voteId = toBase64url(randomBytes(32));
  for (const malformed of ['x', 'AAAA', `${voteId}=`, `${voteId}A`]) {
    const refused = await get('council', malformed);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code: 'field-invalid', field: 'voteId' });
  }
  const refused = await get('nowhere', voteId);
  expect(refused.status).toBe(404);
  expect(await refused.json()).toMatchObject({ code: 'election-unknown' });
});
