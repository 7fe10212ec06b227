import { createRecordsBatch } from '@platformatic/kafka';

export type TestRecord = {
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly castAt: number;
  /** What lies behind the value. */
  readonly header?: string;
};

/** A batch as the client's producer sends it and a broker keeps it, from this offset on. */
export function encodeBatch(
  first: number,
  records: readonly TestRecord[],
  compression: 'none' | 'gzip' = 'none',
): Buffer {
  const messages = records.map(({ key, value, castAt, header }) => ({
    topic: 'votes',
    ...(key ? { key } : {}),
    value,
    timestamp: BigInt(castAt),
    ...(header === undefined ? {} : { headers: new Map([[Buffer.from('name'), Buffer.from(header)]]) }),
  }));
  const batch = Buffer.from(createRecordsBatch(messages, { compression }).buffer);
  batch.writeBigInt64BE(BigInt(first));
  return batch;
}
