import type { Client, Pool } from '@suffrage/runtime/postgres/pool';

/** The right to write for one partition: the epoch is raised by every taker, so only the last one has it. */
export type Fence = { readonly topic: string; readonly partition: number; readonly epoch: bigint };
export type Progress = { readonly epoch: bigint; readonly nextOffset: bigint };

// bigint columns arrive as text; a JavaScript number would lose digits of an offset.
type ProgressRow = { epoch: string; next_offset: string };
const toProgress = (row: ProgressRow): Progress => ({
  epoch: BigInt(row.epoch),
  nextOffset: BigInt(row.next_offset),
});

export async function takePartition(pool: Pool, topic: string, partition: number): Promise<Progress> {
  const { rows } = await pool.query<ProgressRow>(
    `insert into progress as p (topic, partition, epoch) values ($1, $2, 1)
     on conflict (topic, partition) do update set epoch = p.epoch + 1
     returning epoch, next_offset`,
    [topic, partition],
  );
  const [row] = rows;
  if (!row) throw new Error('taking a partition returned no row');
  return toProgress(row);
}

export async function readProgress(
  pool: Pool,
  topic: string,
  partition: number,
): Promise<Progress | undefined> {
  const { rows } = await pool.query<ProgressRow>(
    'select epoch, next_offset from progress where topic = $1 and partition = $2',
    [topic, partition],
  );
  return rows[0] && toProgress(rows[0]);
}

/** Locks the partition's row until the end of the transaction, if this epoch (and position) is in force. */
export async function holdsFence(
  client: Client,
  { topic, partition, epoch }: Fence,
  from?: bigint,
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'hold-fence',
    text: `select 1 from progress
     where topic = $1 and partition = $2 and epoch = $3 and next_offset = coalesce($4, next_offset)
     for update`,
    values: [topic, partition, epoch, from ?? null],
  });
  return rowCount === 1;
}

export async function advance(
  client: Client,
  { topic, partition }: Fence,
  to: bigint,
  counted: number,
  notCounted: number,
): Promise<void> {
  await client.query({
    name: 'advance',
    text: `update progress set next_offset = $3, counted = counted + $4, not_counted = not_counted + $5
     where topic = $1 and partition = $2`,
    values: [topic, partition, to, counted, notCounted],
  });
}

/** A record that counts after all moves from one side of the sum to the other. */
export async function countRequeued(
  client: Client,
  { topic, partition }: Fence,
  counted: number,
): Promise<void> {
  if (counted === 0) return;
  await client.query(
    `update progress set counted = counted + $3, not_counted = not_counted - $3, requeued = requeued + $3
     where topic = $1 and partition = $2`,
    [topic, partition, counted],
  );
}
