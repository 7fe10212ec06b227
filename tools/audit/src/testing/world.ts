import type { Election } from '@suffrage/contracts/ballot';
import type { TokenCheck } from '@suffrage/contracts/check-vote';
import { type Case, openCase } from '../case.ts';
import { closeCase, takeRow } from '../judge.ts';
import { judgeRecord } from '../judge-record.ts';
import { createRecords, indexAt, type PartitionRange, putRecord, type Records } from '../records.ts';
import { type Signer, testElection } from './entries.ts';
import type { ModelDatabase, PlacedEntry } from './model-processor.ts';

const tokenKey = { keyId: 'a2V5', publicKey: 'a2V5' };
export const council = testElection('council', 'pseudonymous', tokenKey);
export const mayor = testElection('mayor', 'secret', tokenKey);
const elections = new Map<string, Election>([
  ['council', council],
  ['mayor', mayor],
]);

/** Real tokens are the integration test's business: here one byte tells a good token from a bad one. */
export const plainSigner: Signer = { keyId: Buffer.of(1), sign: () => Buffer.of(2) };
const plainCheck: TokenCheck = (_, { token }) =>
  token[0] === 2 ? { ok: true } : { ok: false, code: 'token-invalid' };

export type World = {
  readonly partitions: number;
  readonly shards: number;
  readonly log: readonly PlacedEntry[];
  readonly databases: readonly ModelDatabase[];
};

/** Judges a whole world that lies in memory. `drop` leaves records out of the log, as if they had never been there. */
export function judgeWorld(
  { partitions, shards, log, databases }: World,
  drop: (entry: PlacedEntry) => boolean = () => false,
): Case {
  const theCase = openCase({
    records: readLog(partitions, log, drop),
    findElection: id => elections.get(id),
    shards,
    databases,
  });
  for (const [database, { rows }] of databases.entries())
    for (const row of rows) takeRow(theCase, database, row);
  closeCase(theCase, databases);
  return theCase;
}

function readLog(
  partitions: number,
  log: readonly PlacedEntry[],
  drop: (entry: PlacedEntry) => boolean,
): Records {
  const ranges: PartitionRange[] = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    start: 0,
    end: Math.max(0, ...log.filter(entry => entry.partition === partition).map(({ offset }) => offset + 1)),
  }));
  const records = createRecords(ranges);
  for (const entry of log) {
    const index = indexAt(records, entry.partition, entry.offset);
    if (index === undefined) throw new RangeError('an entry lies outside the log');
    if (drop(entry)) continue;
    const judged = judgeRecord(entry.value, entry.castAt, id => elections.get(id), plainCheck);
    putRecord(records, index, entry.castAt, judged);
  }
  return records;
}
