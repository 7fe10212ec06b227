import { execFile } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { audit } from '@suffrage/audit/audit';
import { writeReport } from '@suffrage/audit/sign-report';
import { officialResultsSchema } from '@suffrage/contracts/official';
import { checkStatement, statementHash } from '@suffrage/contracts/signed-statement';
import { ballotKey, shardOf } from '@suffrage/contracts/shards';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { encodeVoteRecord, type Vote } from '@suffrage/contracts/vote';
import { voteIdOf } from '@suffrage/test/ballot';
import { until } from '@suffrage/test/poll';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { Partitioners, type Producer } from 'kafkajs';
import { Pool } from 'pg';

jest.setTimeout(120_000);

const SHARDS = 2;
const PUBLISH = fileURLToPath(new URL('../../services/aggregator/src/publish-audit.ts', import.meta.url));

let bed: Testbed;
let producer: Producer;
let aggregatorUrl: string;
let pools: Pool[];

beforeAll(async () => {
  bed = await openTestbed({ partitions: SHARDS, shards: SHARDS, databases: SHARDS });
  producer = bed.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  bed.lifecycle.onClose('producer', () => producer.disconnect());
  pools = bed.databaseUrls.map(connectionString => new Pool({ connectionString, max: 1 }));
  for (const pool of pools) {
    pool.on('error', () => undefined);
    bed.lifecycle.onClose('pool', () => pool.end());
  }
  await bed.processor();
  aggregatorUrl = (await bed.aggregator()).url;
}, 60_000);
afterAll(() => bed?.close(), 60_000);

const open = () => bed.publishElection({ resultsKeys: [publishedKey(createPublicKey(bed.resultsKeyPem))] });

async function append(made: TestElection, vote: Vote): Promise<void> {
  const partition = shardOf(ballotKey(voteIdOf(made, vote), vote.voterReference.reveal()), SHARDS);
  const value = Buffer.from(encodeVoteRecord(vote, 'ingestion-0'));
  await producer.send({ topic: bed.topics.votes, acks: -1, messages: [{ partition, value }] });
}

const rows = async (text: string, values: readonly unknown[]) =>
  (await Promise.all(pools.map(pool => pool.query<Record<string, string>>(text, [...values])))).flatMap(
    result => result.rows,
  );
const countedOf = async ({ election }: TestElection) =>
  (await rows('select vote_id from votes where election_id = $1', [election.definition.id])).length;
const outcomesOf = async ({ election }: TestElection) =>
  (await rows('select outcome, code from outcomes where election_id = $1', [election.definition.id])).map(
    ({ outcome, code }) => code ?? outcome,
  );
const stated = (made: TestElection, path: string) =>
  until(
    `${path} is stated`,
    async () => (await fetch(`${aggregatorUrl}/v1/elections/${made.election.definition.id}/${path}`)).ok,
  );

async function closeAndSeal(made: TestElection): Promise<void> {
  const { id: electionId, closesAt } = made.election.definition;
  await bed.publishClosing(made);
  await stated(made, 'results/document');
  await bed.publish({ kind: 'seal', electionId, closesAt });
  await stated(made, 'seal');
}

const findings = async (...namedReports: string[]) => {
  const { brokers, databaseUrls, namespace } = bed;
  const report = await audit({ brokers, databaseUrls, namespace, namedReports, waitMillis: 30_000 });
  return { kinds: report.findings.byKind, official: report.official };
};

test('an election is sealed under the audit’s eyes; what comes after has its outcome, and others go on', async () => {
  const sealed = await open();
  const other = await open();
  await stated(sealed, 'zero-report');
  await stated(other, 'zero-report');
  const votes = Array.from({ length: 12 }, (_, voter) =>
    signedVote(sealed, { marked: { mayor: [`mayor-${(voter % 3) + 1}`], council: [] } }),
  );
  for (const vote of votes) await append(sealed, vote);
  await closeAndSeal(sealed);
  const { id } = sealed.election.definition;
  expect(await findings()).toEqual({
    kinds: {},
    official: expect.objectContaining({ [id]: ['zero-report', 'results', 'seal'] }),
  });

  // A copy that comes late is a duplicate; a vote with a bad token is rejected; both have an outcome.
  const [copy, bad] = [votes[0], signedVote(sealed)];
  if (!copy) throw new Error('there are votes');
  await append(sealed, copy);
  await append(sealed, { ...bad, tokenKeyId: new Uint8Array(32) });
  await until('both have an outcome', async () => (await outcomesOf(sealed)).length === 2);
  expect((await outcomesOf(sealed)).toSorted()).toEqual(['duplicate', 'token-key-unknown']);
  expect((await findings()).kinds).toEqual({});

  // A valid vote that nobody should have taken any more: refused and set aside, and the partition goes on.
  await append(sealed, signedVote(sealed));
  for (let voter = 0; voter < 8; voter += 1) await append(other, signedVote(other));
  await until('the others are counted', async () => (await countedOf(other)) === 8);
  await until('it is set aside', async () => (await outcomesOf(sealed)).includes('database-refused'));
  expect(await countedOf(sealed)).toBe(12);
  expect((await findings()).kinds).toEqual({ 'database-refused': 1 });
});

test('an auditor’s signed report is named beside the results; a later one is shown instead, and none is lost', async () => {
  const made = await open();
  await stated(made, 'zero-report');
  await append(made, signedVote(made));
  await closeAndSeal(made);
  const { id, resultsKeys = [] } = made.election.definition;
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-report-'));
  const file = (name: string, text: string | Buffer) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const publish = (report: string, ...more: string[]) =>
    promisify(execFile)(process.execPath, [PUBLISH, '--election', id, '--report', report, ...more], {
      env: {
        SUFFRAGE_VOTES_DATABASES_FILE: file('databases', bed.databaseUrls.join('\n')),
        SUFFRAGE_RESULTS_KEY_FILE: file('key', bed.resultsKeyPem),
      },
    });
  const auditor = generateKeyPairSync('ed25519');
  const stranger = generateKeyPairSync('ed25519');
  const publicKey = file('auditor.pub', auditor.publicKey.export({ format: 'pem', type: 'spki' }));
  const report = (name: string, said: object, key = auditor.privateKey) => {
    writeReport(join(directory, name), { balances: true, votes: { [id]: 1 }, ...said }, key);
    return join(directory, name);
  };
  const hashOf = (name: string) => createHash('sha256').update(readFileSync(name)).digest('base64url');
  const get = async (path: string) => {
    const response = await fetch(`${aggregatorUrl}/v1/elections/${id}/results/${path}`);
    return { life: response.headers.get('cache-control'), text: await response.text() };
  };
  const official = async () => officialResultsSchema.parse(JSON.parse((await get('official')).text));

  const first = report('audit.json', {});
  const forged = report('forged.json', {}, stranger.privateKey);
  await expect(publish(forged, '--auditor', publicKey)).rejects.toThrow('signed by another auditor');
  copyFileSync(`${first}.sig`, `${forged}.sig`);
  await expect(publish(forged)).rejects.toThrow('is not signed by the auditor');
  await expect(publish(report('wrong.json', { votes: { [id]: 2 } }))).rejects.toThrow(
    'the report has 2 counted votes, the results 1',
  );
  expect(await official()).toMatchObject({ document: { counted: 1 }, addendum: null, earlierAddenda: [] });
  expect((await get('document.csv')).text).not.toContain('Audit report');

  const unbalanced = report('unbalanced.json', { balances: false });
  await expect(publish(unbalanced)).rejects.toThrow('does not balance: name it with --unbalanced');
  expect((await official()).addendum).toBeNull();
  await publish(unbalanced, '--unbalanced');
  expect((await get('document.csv')).text).toContain('It does not balance.');
  await publish(first, '--auditor', publicKey);
  await publish(first);

  const { document, addendum, earlierAddenda } = await official();
  expect(addendum).toMatchObject({ number: 2, balances: true, report: hashOf(first) });
  expect(addendum?.results).toBe(statementHash(document));
  expect(earlierAddenda).toMatchObject([{ balances: false, report: hashOf(unbalanced) }]);
  for (const each of [document, ...(addendum ? [addendum] : []), ...earlierAddenda])
    expect(await checkStatement(each, resultsKeys)).toBe('valid');
  expect(JSON.parse((await get('addendum')).text)).toEqual(addendum);
  const described = await (await fetch(`${aggregatorUrl}/docs/json`)).text();
  expect(described).toContain('"/v1/elections/{electionId}/results/official"');
  expect((await get('addendum')).life).toBe('public, max-age=5');
  for (const form of ['document.csv', 'nist.json']) {
    const { text } = await get(form);
    expect(text).toContain(`SHA-256 ${hashOf(first)}, signed with the Ed25519 key ${addendum?.auditor}`);
  }
  expect((await findings(first, unbalanced)).kinds).not.toHaveProperty('statement-invalid');
  expect((await findings(forged)).kinds).toMatchObject({ 'statement-invalid': 1 });
  rmSync(directory, { recursive: true });
});

test('a database whose seal is taken away by force, and a vote with it, is found by the audit', async () => {
  const made = await open();
  await stated(made, 'zero-report');
  for (let voter = 0; voter < 4; voter += 1) await append(made, signedVote(made));
  await closeAndSeal(made);
  const { id } = made.election.definition;
  const [pool] = pools;
  await pool?.query('alter table seals disable trigger seals_stay');
  await pool?.query('delete from seals where election_id = $1', [id]);
  await pool?.query('alter table seals enable trigger seals_stay');
  // The elected aggregator freezes it again by itself.
  await until('it is frozen again', async () => {
    const seals = await rows('select election_id from seals where election_id = $1', [id]);
    return seals.length === SHARDS;
  });
  expect((await findings()).kinds).not.toHaveProperty('seal-broken');
  for (const each of pools) {
    await each.query('alter table votes disable trigger sealed_delete');
    await each.query('delete from votes where election_id = $1', [id]);
    await each.query('alter table votes enable trigger sealed_delete');
  }
  const { kinds } = await findings();
  expect(kinds).toMatchObject({ 'seal-broken': expect.any(Number), 'wrong-results': expect.any(Number) });
});
