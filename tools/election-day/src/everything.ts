import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeVoteRecord } from '@suffrage/contracts/vote';
import { openLogReader } from '@suffrage/audit/read-log';
import { Redis } from 'ioredis';
import pg from 'pg';
import { addBytes, addText, addValue, type Words } from './words.ts';

export type Table = {
  readonly name: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
};

/** Every value of every table, the names of tables and columns left out. */
export function addTables(words: Words, tables: readonly Table[]): void {
  for (const { rows } of tables) for (const row of rows) addValue(words, row);
}

/** All tables of a database, whole. */
export async function readTables(url: string): Promise<Table[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const read: Table[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<Record<string, unknown>>(`select * from ${name}`);
      read.push({ name, rows });
    }
    return read;
  } finally {
    await client.end();
  }
}

/** Columns of tables with a row for each voter that could hold a time, or count upwards: there should be none. */
export async function tellingColumns(url: string, rowsAtLeast: number): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; column: string }>(
      `select format('%I.%I', c.table_schema, c.table_name) as name, c.column_name as column
       from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
       where t.table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')
         and (c.data_type like 'timestamp%' or c.data_type like 'time%' or c.data_type = 'date'
           or c.is_identity = 'YES' or c.column_default like 'nextval%')`,
    );
    const telling: string[] = [];
    for (const { name, column } of rows) {
      const { rows: counted } = await client.query<{ n: string }>(`select count(*) as n from ${name}`);
      if (Number(counted[0]?.n ?? 0) >= rowsAtLeast) telling.push(`${name}.${column}`);
    }
    return telling;
  } finally {
    await client.end();
  }
}

/** Every key and every value of every database of a Redis server that the URL may read. */
export async function addRedis(words: Words, url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true });
  await redis.connect();
  try {
    for await (const keys of redis.scanStream({ count: 1_000 })) {
      for (const key of keys) {
        addText(words, String(key));
        addValue(words, await valueOf(redis, String(key)));
      }
    }
  } finally {
    redis.disconnect();
  }
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.getBuffer(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    default:
      return undefined;
  }
}

/** All records of a topic: keys, values, and what vote records hold. Returns when each vote was appended, by vote ID. */
export async function addTopic(
  words: Words,
  brokers: readonly string[],
  topic: string,
  voteIdOf: (value: Uint8Array) => string | undefined,
): Promise<Map<string, number>> {
  const log = openLogReader(brokers);
  const appended = new Map<string, number>();
  try {
    for (const range of await log.ranges(topic)) {
      await log.read(topic, range, ({ key, value, castAt }) => {
        addValue(words, castAt);
        if (key) addBytes(words, key);
        if (!value) return;
        addRecord(words, value);
        const voteId = voteIdOf(value);
        if (voteId !== undefined && !appended.has(voteId)) appended.set(voteId, castAt);
      });
    }
  } finally {
    await log.close();
  }
  return appended;
}

function addRecord(words: Words, value: Buffer): void {
  const vote = decodeVoteRecord(value);
  if (!vote) return addBytes(words, value);
  const { electionId, instance, tokenKeyId, salt, selections, token, voterReference } = vote;
  addText(words, `${electionId} ${instance}`);
  for (const bytes of [
    tokenKeyId,
    salt.reveal(),
    selections.reveal(),
    token.reveal(),
    voterReference.reveal(),
  ])
    addBytes(words, bytes);
}

/** Lines of all log files, or of those whose names begin so. */
export function readLogs(directory: string, beginning = ''): string[] {
  return readdirSync(directory)
    .filter(name => name.startsWith(beginning))
    .flatMap(name => readFileSync(join(directory, name), 'utf8').split('\n'))
    .filter(line => line !== '');
}
