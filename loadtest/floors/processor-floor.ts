/**
 * The least that the processor can cost: the same consumer fetches the same records, one token is verified for each, and
 * rows that lie ready in PostgreSQL's binary form are inserted by one statement per batch.
 */
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { GROW_MORE, setFlags } from '@suffrage/runtime/v8-flags';
import { readVotes } from '../bench/votes.ts';
import { readSettings, tell } from './floor-process.ts';
import { oneToken } from './one-token.ts';
import { createReadyRows, INSERT } from './ready-rows.ts';

const BATCH = 2_000;

// As the processor does.
setFlags(GROW_MORE);
const { brokers, topic, source, databaseUrl, rows = 0 } = readSettings();
const votes = readVotes(source);
const verifyToken = oneToken(votes);
const pool = new pg.Pool({ ...(databaseUrl === undefined ? {} : { connectionString: databaseUrl }), max: 8 });
const ready = createReadyRows(votes.election.definition.id, rows);
let done = 0;

const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({
  groupId: `${topic}-floor`,
  maxBytesPerPartition: 4 * 1024 * 1024,
  minBytes: 512 * 1024,
  maxWaitTimeInMs: 400,
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: true,
  partitionsConsumedConcurrently: 8,
  eachBatch: async ({ batch: { messages, partition } }) => {
    for (let from = 0; from < messages.length; from += BATCH) {
      const count = Math.min(BATCH, messages.length - from);
      for (let record = 0; record < count; record += 1) verifyToken();
      await pool.query({ name: 'insert', text: INSERT, values: [...ready.take(count), partition] });
      done += count;
    }
  },
});
tell({ address: '', done: () => done });
