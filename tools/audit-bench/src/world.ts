import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Producer } from '@platformatic/kafka';
import { Redacted } from '@suffrage/contracts/redacted';
import { encodeSelections } from '@suffrage/contracts/selections';
import { signedVote, testElection } from '@suffrage/contracts/testing.node';
import { electionsKey, type ElectionsMessage, topicNames } from '@suffrage/contracts/topics';
import { encodeVoteRecord } from '@suffrage/contracts/vote';
import { voteId } from '@suffrage/contracts/vote-id';
import type { Infrastructure } from '@suffrage/stack/infrastructure';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

const PARTITIONS = 8;
const BATCH = 1_000;
const INSTANCE = 'ingestion-0';
const MIGRATIONS = fileURLToPath(new URL('../../../services/processor/migrations/', import.meta.url));

/** A log of synthetic votes and a database that agrees with it. */
export type World = {
  readonly namespace: string;
  readonly records: number;
  readonly databaseUrl: string;
  readonly definition: ReturnType<typeof testElection>['election']['definition'];
};

export type WorldOptions = {
  readonly namespace: string;
  readonly votes: number;
  /** Records of each vote: one is counted, the rest are duplicates. */
  readonly copies: number;
  /** Real tokens take 0.5 ms each to make; otherwise they are random bytes, as long as real ones. */
  readonly signed: boolean;
  readonly onProgress: (done: number, total: number) => void;
};

/** Appends the votes, and writes what a processor would have written. */
export async function makeWorld(infrastructure: Infrastructure, options: WorldOptions): Promise<World> {
  const { namespace, votes, copies, signed, onProgress } = options;
  const topics = topicNames(namespace);
  const brokers = [...infrastructure.kafka.addresses];
  const made = testElection();
  await createTopics(brokers, namespace, made.election.definition);
  const databaseUrl = await createDatabase(infrastructure.postgres.adminUrl, namespace);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const rows = client.query(
    copyFrom(
      'copy votes (revision, partition, record_offset, cast_at, election_id, ballot_key, vote_id, selections) from stdin',
    ),
  );
  const duplicates: string[] = [];
  const producer = new Producer({ clientId: 'audit-bench', bootstrapBrokers: brokers, idempotent: true });
  const castAt = made.election.opensAt + 1_000;
  const electionId = made.election.definition.id;
  let partition = 0;
  const offsets = Array.from({ length: PARTITIONS }, () => 0);
  for (let vote = 0; vote < votes; ) {
    const batch = Math.min(BATCH, votes - vote);
    const batchVotes = Array.from({ length: batch }, () => makeVote(made, signed));
    for (let copy = 0; copy < copies; copy++) {
      const messages = batchVotes.map(({ value }) => ({
        topic: topics.votes,
        partition,
        value,
        timestamp: BigInt(castAt),
      }));
      await producer.send({ messages, acks: -1 });
      const first = offsets[partition] ?? 0;
      offsets[partition] = first + batch;
      const lines = batchVotes.map(({ id, selections }, index) =>
        copy === 0
          ? `0\t${partition}\t${first + index}\t${castAt}\t${electionId}\t\\\\x${id}\t\\\\x${id}\t\\\\x${selections}\n`
          : `${partition}\t${first + index}\tduplicate\t${electionId}\t\\\\x${id}\t\\\\x${id}\n`,
      );
      if (copy > 0) duplicates.push(lines.join(''));
      else if (!rows.write(lines.join(''))) await new Promise(resolve => rows.once('drain', resolve));
      partition = (partition + 1) % PARTITIONS;
    }
    vote += batch;
    onProgress(vote * copies, votes * copies);
  }
  await producer.close();
  await end(rows);
  await copyText(
    client,
    'outcomes (partition, record_offset, outcome, election_id, vote_id, gave_way_to)',
    duplicates,
  );
  await writeSums(client, topics.votes, made, votes);
  await client.end();
  return { namespace, records: votes * copies, databaseUrl, definition: made.election.definition };
}

type Made = ReturnType<typeof testElection>;

function makeVote(made: Made, signed: boolean) {
  const vote = signed
    ? signedVote(made)
    : {
        electionId: made.election.definition.id,
        selections: new Redacted(encodeSelections([[0], []])),
        salt: new Redacted(randomBytes(32)),
        token: new Redacted(randomBytes(256)),
        tokenKeyId: made.tokenKeyId,
        revision: 0,
        voterReference: new Redacted(new Uint8Array()),
      };
  const selections = vote.selections.reveal();
  const id = voteId(made.election.ballotHash, vote.salt.reveal(), selections);
  return {
    value: Buffer.from(encodeVoteRecord(vote, INSTANCE)),
    id: Buffer.from(id).toString('hex'),
    selections: Buffer.from(selections).toString('hex'),
  };
}

async function createTopics(
  brokers: string[],
  namespace: string,
  definition: Made['election']['definition'],
): Promise<void> {
  const topics = topicNames(namespace);
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      { topic: topics.votes, numPartitions: PARTITIONS, replicationFactor: 1 },
      { topic: topics.elections, numPartitions: 1, replicationFactor: 1 },
    ],
  });
  const messages: ElectionsMessage[] = [
    { kind: 'topology', shards: 1 },
    { kind: 'election', version: 1, definition },
  ];
  await producer.send({
    topic: topics.elections,
    acks: -1,
    messages: messages.map(message => ({ key: electionsKey(message), value: JSON.stringify(message) })),
  });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

async function createDatabase(adminUrl: string, name: string): Promise<string> {
  const url = new URL(adminUrl);
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  for (const file of readdirSync(MIGRATIONS).toSorted())
    await client.query(readFileSync(join(MIGRATIONS, file), 'utf8'));
  await client.end();
  return url.href;
}

function end(stream: ReturnType<typeof copyFrom>): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('finish', resolve);
    stream.end();
  });
}

async function copyText(client: pg.Client, table: string, lines: readonly string[]): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} from stdin`));
  for (const text of lines)
    if (!stream.write(text)) await new Promise(resolve => stream.once('drain', resolve));
  await end(stream);
}

/** Every vote marks the first option of the first contest. */
async function writeSums(client: pg.Client, topic: string, made: Made, votes: number): Promise<void> {
  const { contests, id } = made.election.definition;
  const [contest] = contests;
  const option = contest?.options[0]?.id;
  await client.query(
    `insert into tallies (election_id, contest, option, partition, votes) values ($1, '*', '*', 0, $4), ($1, $2, $3, 0, $4)`,
    [id, contest?.id, option, votes],
  );
  await client.query(
    `insert into intake select election_id, $1, partition, count(*) from votes group by election_id, partition`,
    [INSTANCE],
  );
  await client.query(
    `insert into progress (topic, partition, next_offset, counted, not_counted)
     select $1, partition, sum(counted + not_counted), sum(counted), sum(not_counted) from (
       select partition, count(*) as counted, 0 as not_counted from votes group by partition
       union all select partition, 0, count(*) from outcomes group by partition) as n
     group by partition`,
    [topic],
  );
  await client.query('vacuum analyze');
}
