import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topicNames } from '@suffrage/contracts/topics';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { audit } from './audit.ts';
import type { AuditProgress } from './progress.ts';
import type { AuditReport } from './report.ts';
import { runAudit } from './testing/command-line.ts';
import { type ModelDatabase, placeEntries, processEntries } from './testing/model-processor.ts';
import { follow } from './follow.ts';
import { definitions, entries, mayorId, shape, signReceipts } from './testing/real-election-log.ts';
import { createDatabases } from './testing/test-databases.ts';

// Each audit is a process of its own, and the machine may be busy.
jest.setTimeout(120_000);

const namespace = `audit${randomBytes(5).toString('hex')}`;
const topics = topicNames(namespace);
const scratch = mkdtempSync(join(tmpdir(), 'suffrage-audit-'));
const brokers = need('SUFFRAGE_TEST_KAFKA').split(',');
const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
const admin = kafka.admin();
const producer = kafka.producer();
const postgresUrl = need('SUFFRAGE_TEST_POSTGRES');
const databases = await createDatabases(postgresUrl, [`${namespace}_0`, `${namespace}_1`]);
const { pools } = databases;
const notMigrated = join(scratch, 'not-migrated');
writeFileSync(notMigrated, postgresUrl);
const log = placeEntries(entries);
let written: ModelDatabase[] = [];

function need(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run this file in jest's integration project`);
  return value;
}

async function appendLog(): Promise<void> {
  await producer.send({ topic: topics.elections, acks: -1, messages: definitions });
  for (const { partition, castAt, value } of entries) {
    const record = { partition, value, timestamp: String(castAt) };
    await producer.send({ topic: topics.votes, acks: -1, messages: [record] });
  }
}

function run(...more: readonly string[]) {
  const file = join(scratch, 'databases');
  writeFileSync(file, `${databases.urls.join('\n')}\n`);
  return runAudit([
    '--brokers',
    brokers.join(','),
    '--databases-file',
    file,
    '--namespace',
    namespace,
    ...more,
  ]);
}

async function runForReport(...more: readonly string[]) {
  const json = join(scratch, 'report', 'audit.json');
  const { status, stdout, stderr } = await run('--json', json, ...more);
  expect(stderr).toBe('');
  const report: AuditReport = JSON.parse(readFileSync(json, 'utf8'));
  return { status, stdout, report };
}

function rowOf(outcome: string) {
  for (const [database, { rows }] of written.entries()) {
    const row = rows.find(each => each.outcome === outcome);
    if (row) return { row, pool: pools[database], other: pools[1 - database] };
  }
  throw new Error(`no row is ${outcome}`);
}

beforeAll(async () => {
  await Promise.all([admin.connect(), producer.connect()]);
  const compacted = [{ name: 'cleanup.policy', value: 'compact' }];
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      { topic: topics.votes, numPartitions: shape.partitions, replicationFactor: 1 },
      { topic: topics.elections, numPartitions: 1, replicationFactor: 1, configEntries: compacted },
    ],
  });
  await appendLog();
});

beforeEach(async () => {
  written = processEntries(log, { shards: shape.shards, databases: pools.length });
  await databases.fill(written, topics.votes);
});

afterAll(async () => {
  await admin.deleteTopics({ topics: [topics.votes, topics.elections] });
  await Promise.all([admin.disconnect(), producer.disconnect(), databases.drop()]);
  rmSync(scratch, { recursive: true });
});

test('a log and databases that agree balance, and the table says of what they consist', async () => {
  const { status, stdout, report } = await runForReport('--partitions');
  expect(report.findings.first).toEqual([]);
  expect(status).toBe(0);
  expect(report.totals).toEqual({
    records: 55,
    counted: 44,
    superseded: 2,
    olderRevision: 1,
    duplicate: 3,
    rejected: 4,
    rejectedByCode: {
      'election-closed': 1,
      'election-unknown': 1,
      'selections-invalid': 1,
      'token-invalid': 1,
    },
    quarantined: 1,
    missing: 0,
    notYetProcessed: 0,
    extra: 0,
    different: 0,
  });
  expect(stdout).toContain(
    'The audit balances: 55 records = 44 counted + 2 superseded + 9 not counted; 0 findings\n',
  );
  expect(report.partitions.map(({ records }) => records).reduce((a, b) => a + b)).toBe(55);
});

test('the audit as a function gives the same report and tells its progress', async () => {
  const stages = new Set<string>();
  const report = await audit({
    brokers,
    databaseUrls: databases.urls,
    namespace,
    onProgress: ({ stage }) => stages.add(stage),
  });
  expect(report).toMatchObject({ balances: true, topic: topics.votes, shards: 2, totals: { counted: 44 } });
  expect([...stages]).toEqual(['reading the log', 'reading the databases', 'judging']);
});

test('a planted missing row is caught', async () => {
  const { row, pool } = rowOf('counted');
  await pool?.query('delete from votes where partition = $1 and record_offset = $2', [
    row.partition,
    row.offset,
  ]);
  const { status, stdout, report } = await runForReport();
  expect(status).toBe(1);
  expect(report.findings.first).toContainEqual(
    expect.objectContaining({ kind: 'missing-row', partition: row.partition, offset: row.offset }),
  );
  expect(stdout).toContain(
    `INV-2 missing-row: the record has no outcome [partition ${row.partition}, offset ${row.offset},`,
  );
});

test('a planted extra row is caught', async () => {
  const { row, pool } = rowOf('counted');
  const id = randomBytes(32);
  await pool?.query(
    `insert into votes (revision, partition, record_offset, cast_at, election_id, ballot_key, vote_id, selections)
     values (0, $1, 1000, 0, $2, $3, $3, $4)`,
    [row.partition, row.electionId, id, row.selections],
  );
  const { status, stdout, report } = await runForReport();
  expect(status).toBe(1);
  expect(report.findings.byKind).toMatchObject({ 'extra-row': 1 });
  expect(stdout).toContain(id.toString('hex'));
});

test('a planted wrong tally is caught, and nothing else is wrong', async () => {
  await pools[0]?.query(
    `update tallies set votes = votes + 1 where (election_id, contest, option) =
       (select election_id, contest, option from tallies where contest = 'first' limit 1)`,
  );
  const { status, report } = await runForReport();
  expect({ status, kinds: report.findings.byKind }).toEqual({ status: 1, kinds: { 'wrong-tally': 1 } });
});

test('altered selections, a wrong code and a moved position are caught', async () => {
  const counted = rowOf('counted');
  const rejected = rowOf('rejected');
  await counted.pool?.query(
    `update votes set selections = '\\x000100020001000a' where partition = $1 and record_offset = $2`,
    [counted.row.partition, counted.row.offset],
  );
  await rejected.pool?.query(
    `update outcomes set code = 'salt-length' where partition = $1 and record_offset = $2`,
    [rejected.row.partition, rejected.row.offset],
  );
  await pools[1]?.query(
    'update votes set record_offset = 1000 where record_offset = (select max(record_offset) from votes)',
  );
  const { status, report } = await runForReport();
  expect(status).toBe(1);
  expect(report.findings.byKind).toMatchObject({ 'wrong-content': 1, 'wrong-code': 1 });
  expect(report.findings.byKind['wrong-position']).toBeGreaterThanOrEqual(1);
});

test('a vote that is counted in two databases is caught', async () => {
  const { row, other } = rowOf('counted');
  await other?.query(
    `insert into votes (revision, partition, record_offset, cast_at, election_id, ballot_key, vote_id, selections)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      row.revision,
      row.partition,
      row.offset,
      row.castAt,
      row.electionId,
      row.ballotKey,
      row.voteId,
      row.selections,
    ],
  );
  const { status, report } = await runForReport();
  expect({ status, kinds: report.findings.byKind }).toMatchObject({
    status: 1,
    kinds: { 'counted-twice': 1 },
  });
});

/** The receipt of a counted vote of the secret election, for its own position or another. */
function receiptOf(offset?: bigint) {
  const counted = log.find(({ truth }) => truth.kind === 'valid' && truth.electionId === mayorId);
  if (counted?.truth.kind !== 'valid') throw new Error('a vote is valid');
  const acceptance = {
    electionId: mayorId,
    voteId: counted.truth.voteId,
    topic: topics.votes,
    partition: counted.partition,
    offset: offset ?? BigInt(counted.offset),
    timestamp: counted.castAt,
  };
  const [receipt] = signReceipts([acceptance]);
  return { receipt, counted };
}

test('receipts of a journal hold, and one whose record is gone is caught', async () => {
  const journal = join(scratch, 'journal');
  const lines = [{ kind: 'intent' }, { kind: 'receipt', receipt: receiptOf().receipt }];
  writeFileSync(journal, lines.map(line => `${JSON.stringify(line)}\n`).join(''));
  const sound = await runForReport('--journal', journal);
  expect(sound.report.receipts).toEqual({ journals: 1, intents: 1, supplied: 1, hold: 1 });
  expect(sound.status).toBe(0);
  writeFileSync(journal, `${JSON.stringify({ receipt: receiptOf(1_000n).receipt })}\n`);
  const lost = await runForReport('--journal', journal);
  expect(lost.status).toBe(1);
  expect(lost.report.findings.first).toEqual([
    expect.objectContaining({ kind: 'acknowledged-missing', invariant: 'INV-1', offset: 1_000 }),
  ]);
});

test('one disputed receipt is stated on, and signed', async () => {
  const file = join(scratch, 'receipt.json');
  const keyFile = join(scratch, 'auditor.pem');
  writeFileSync(keyFile, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const { receipt, counted } = receiptOf();
  writeFileSync(file, JSON.stringify(receipt));
  const json = join(scratch, 'statement.json');
  const { status, stdout } = await run('--receipt', file, '--json', json, '--key', keyFile);
  expect({ status, says: stdout.trim().split('\n').at(-1) }).toEqual({
    status: 0,
    says: 'The vote is on the log and counted.',
  });
  const statement: { auditor: string; outcomes: unknown[] } = JSON.parse(readFileSync(json, 'utf8'));
  expect(statement.outcomes).toContainEqual(
    expect.objectContaining({ outcome: 'counted', partition: counted.partition, offset: counted.offset }),
  );
  const signature = readFileSync(`${json}.sig`);
  expect(verify(null, readFileSync(json), createPublicKey(statement.auditor), signature)).toBe(true);
  writeFileSync(file, JSON.stringify(receiptOf(1_000n).receipt));
  expect(await run('--receipt', file)).toMatchObject({ status: 1 });
});

test('without signatures a wrong token is believed to the database, all else is judged', async () => {
  const { status, report } = await runForReport('--no-signatures');
  expect({ status, signatures: report.signatures }).toEqual({ status: 0, signatures: false });
  await pools[0]?.query('update tallies set votes = votes + 1');
  await pools[1]?.query('update tallies set votes = votes + 1');
  expect((await runForReport('--no-signatures')).status).toBe(1);
});

test('continuous audits export what they find, until they are stopped', async () => {
  const stop = new AbortController();
  let port = 0;
  let scraped: Promise<string> | undefined;
  await follow(
    {
      brokers,
      databaseUrls: databases.urls,
      namespace,
      metricsHost: '127.0.0.1',
      metricsPort: 0,
      intervalMillis: 60_000,
      onServing: given => (port = given),
      onError: error => {
        throw error;
      },
      onReport: () => {
        scraped = fetch(`http://127.0.0.1:${port}/metrics`).then(response => response.text());
        scraped.finally(() => stop.abort()).catch(() => undefined);
      },
    },
    stop.signal,
  );
  expect(await scraped).toContain('suffrage_audit_records{outcome="counted"} 44\n');
});

test('records that the processor has not reached are no finding, and it can wait for them', async () => {
  const late = processEntries(log.slice(0, -3), { shards: shape.shards, databases: pools.length });
  await databases.fill(late, topics.votes);
  const { status, stdout, report } = await runForReport();
  expect({ status, lag: report.totals.notYetProcessed }).toEqual({ status: 0, lag: 3 });
  expect(stdout).toContain('+ 3 not yet processed; 0 findings');

  let filling: Promise<void> | undefined;
  const onProgress = ({ stage }: AuditProgress) => {
    if (stage === 'waiting for the processor') filling ??= databases.fill(written, topics.votes);
  };
  const waited = await audit({
    brokers,
    databaseUrls: databases.urls,
    namespace,
    waitMillis: 30_000,
    onProgress,
  });
  await filling;
  expect(waited.totals).toMatchObject({ notYetProcessed: 0, counted: 44 });
});

test.each([
  [
    'topics that are not there',
    ['--namespace', 'nowhere'],
    /topic nowhere.votes can not be read.*Unknown topic/,
  ],
  ['no broker', ['--brokers', '127.0.0.1:1'], /can not be read from 127.0.0.1:1: .*ECONNREFUSED/],
  [
    'no list of databases',
    ['--databases-file', '/none'],
    /\/none, which names the votes databases, is not there/,
  ],
  ['no tables', ['--databases-file', notMigrated], /^.*: database .*: relation "votes" does not exist/],
])(
  'an audit with %s can not be made: one sentence, exit status 2, no password',
  async (_, args, sentence) => {
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^The audit could not be made: .*\n$/);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain(new URL(postgresUrl).password || 'no password');
  },
);

// The last ones change the log itself.

test('while votes arrive it waits for those that were there when it began, and not for ever', async () => {
  const late = processEntries(log.slice(0, -3), { shards: shape.shards, databases: pools.length });
  await databases.fill(late, topics.votes);
  const { castAt, value } = entries[0] ?? {};
  const record = { partition: 1, value: value ?? null, timestamp: String(castAt) };
  let arriving: Promise<unknown> | undefined;
  const onProgress = ({ stage }: AuditProgress) => {
    if (stage !== 'waiting for the processor') return;
    arriving ??= producer
      .send({ topic: topics.votes, acks: -1, messages: [record] })
      .then(() => databases.fill(written, topics.votes));
  };
  const report = await audit({
    brokers,
    databaseUrls: databases.urls,
    namespace,
    waitMillis: 600_000,
    onProgress,
  });
  await arriving;
  expect(report.totals).toMatchObject({ notYetProcessed: 1, counted: 44 });
});

test('a planted gap in offsets is caught: a transaction left its marker on the log', async () => {
  const transactional = kafka.producer({ transactionalId: namespace, maxInFlightRequests: 1 });
  await transactional.connect();
  const transaction = await transactional.transaction();
  const { castAt, value } = entries[0] ?? {};
  const record = { partition: 3, value: value ?? null, timestamp: String(castAt) };
  await transaction.send({ topic: topics.votes, messages: [record] });
  await transaction.commit();
  await transactional.disconnect();
  const end = log.filter(({ partition }) => partition === 3).length;
  const { status, report } = await runForReport();
  expect(status).toBe(1);
  expect(report.findings.first).toContainEqual(
    expect.objectContaining({ kind: 'offset-gap', invariant: 'INV-7', partition: 3, offset: end + 1 }),
  );
});

test('a planted gap in offsets is caught: the log’s first records are gone', async () => {
  // The client finds the leader only in metadata that an earlier call has fetched.
  await admin.fetchTopicOffsets(topics.votes);
  await admin.deleteTopicRecords({ topic: topics.votes, partitions: [{ partition: 0, offset: '2' }] });
  const { status, stdout, report } = await runForReport();
  expect(status).toBe(1);
  expect(report.findings.first[0]).toMatchObject({ kind: 'offset-gap', partition: 0, offset: 0 });
  expect(stdout).toContain('INV-7 offset-gap: offsets 0 to 1 are not on the log [partition 0, offset 0]');
});
