import type { Client, Pool } from '@suffrage/runtime/postgres/pool';

export type RefusedRow = {
  readonly partition: number;
  readonly offset: bigint;
  readonly record: Uint8Array;
  readonly timestamp: number;
};

/** The next records of a partition, after offset `after`, that the database refused before. */
export async function refusedRecords(
  pool: Pool,
  partition: number,
  after: bigint,
  limit: number,
): Promise<RefusedRow[]> {
  const { rows } = await pool.query<{
    record_offset: string;
    record: Buffer;
    cast_at: string;
  }>(
    `select record_offset, record, cast_at from outcomes
     where code = 'database-refused' and partition = $1 and record_offset > $2
     order by record_offset limit $3`,
    [partition, String(after), limit],
  );
  return rows.map(row => ({
    partition,
    offset: BigInt(row.record_offset),
    record: row.record,
    timestamp: Number(row.cast_at),
  }));
}

/** Takes refused records back for another try. False when one of them has been taken already. */
export async function takeRefused(
  client: Client,
  partition: number,
  offsets: readonly bigint[],
): Promise<boolean> {
  const { rowCount } = await client.query(
    `delete from outcomes
     where partition = $1 and record_offset = any($2::bigint[]) and code = 'database-refused'`,
    [partition, offsets],
  );
  return rowCount === offsets.length;
}

export type QuarantinedRow = { readonly partition: number; readonly offset: bigint; readonly reason: string };

/** Quarantined records of these partitions that topic `votes.quarantine` does not have yet. */
export async function quarantinedRecords(
  pool: Pool,
  partitions: readonly number[],
  limit: number,
): Promise<QuarantinedRow[]> {
  const { rows } = await pool.query<{ partition: number; record_offset: string; code: string }>(
    `select partition, record_offset, code from outcomes
     where outcome = 'quarantined' and not relayed and partition = any($1::int[])
     order by partition, record_offset limit $2`,
    [partitions, limit],
  );
  return rows.map(row => ({ partition: row.partition, offset: BigInt(row.record_offset), reason: row.code }));
}

export async function markRelayed(pool: Pool, relayed: readonly QuarantinedRow[]): Promise<void> {
  await pool.query(
    `update outcomes o set relayed = true
     from unnest($1::int[], $2::bigint[]) as r (partition, record_offset)
     where o.partition = r.partition and o.record_offset = r.record_offset`,
    [relayed.map(row => row.partition), relayed.map(row => row.offset)],
  );
}
