import { shardOf, shardOfPartition } from '@suffrage/contracts/shards';
import { type Case, type Owner, placeOf } from './case.ts';
import { idOf, type PartitionRange, recordState } from './records.ts';

/** INV-7: no gap in the offsets, and progress that equals what lies below it. INV-4: every vote in its own shard. */
export function judgeProgress(theCase: Case): void {
  let base = 0;
  for (const range of theCase.records.ranges) {
    judgeOffsets(theCase, range, base);
    const owner = theCase.owners.get(range.partition);
    if (owner) judgeOwner(theCase, range, owner);
    base += range.end - range.start;
  }
  for (const [partition, owner] of theCase.owners) {
    const known = theCase.records.ranges.some(range => range.partition === partition);
    if (!known && owner.nextOffset > 0) addBeyondLog(theCase, partition, owner, 0);
  }
  judgeShards(theCase);
}

function judgeOffsets(
  { records, findings }: Case,
  { partition, start, end }: PartitionRange,
  base: number,
): void {
  const report = (from: number, to: number) => {
    const span = to === from + 1 ? `offset ${from} is` : `offsets ${from} to ${to - 1} are`;
    findings.add('offset-gap', `${span} not on the log`, { partition, offset: from });
  };
  if (start > 0) report(0, start);
  let gapFrom: number | undefined;
  for (let offset = start; offset < end; offset++) {
    const absent = records.state[base + offset - start] === recordState.absent;
    if (absent) gapFrom ??= offset;
    else if (gapFrom !== undefined) {
      report(gapFrom, offset);
      gapFrom = undefined;
    }
  }
  if (gapFrom !== undefined) report(gapFrom, end);
}

function judgeOwner(theCase: Case, { partition, end }: PartitionRange, owner: Owner): void {
  const { findings, rowCounts, databases } = theCase;
  const place = { partition, offset: owner.nextOffset, database: databases[owner.database]?.name ?? '' };
  const { nextOffset, counted, notCounted } = owner;
  if (nextOffset > end) addBeyondLog(theCase, partition, owner, end);
  if (nextOffset !== counted + notCounted) {
    const message = `next_offset ${nextOffset} is not counted ${counted} + not_counted ${notCounted}`;
    findings.add('wrong-progress', message, place);
  }
  const rows = rowCounts.get(partition) ?? { counted: 0, notCounted: 0 };
  if (rows.counted !== counted) {
    const message = `counted is ${counted}, votes and superseded have ${rows.counted} rows below next_offset`;
    findings.add('wrong-progress', message, place);
  }
  if (rows.notCounted !== notCounted) {
    const message = `not_counted is ${notCounted}, outcomes has ${rows.notCounted} rows below next_offset`;
    findings.add('wrong-progress', message, place);
  }
}

function addBeyondLog({ findings, databases }: Case, partition: number, owner: Owner, end: number): void {
  const message = `next_offset ${owner.nextOffset} is above the high watermark ${end}`;
  const database = databases[owner.database]?.name ?? '';
  findings.add('beyond-log', message, { partition, offset: owner.nextOffset, database });
}

/** Processed or not: equal ballot keys would not meet, or the partition stands still. */
function judgeShards(theCase: Case): void {
  const { records, findings, shards } = theCase;
  if (shards === 1) return;
  let index = 0;
  for (const { partition, start, end } of records.ranges) {
    const own = shardOfPartition(partition, shards);
    for (let offset = start; offset < end; offset++, index++) {
      if (records.state[index] !== recordState.valid) continue;
      const shard = shardOf(idOf(records.ballotKeys, index), shards);
      if (shard === own) continue;
      const message = `a vote of shard ${shard} lies in a partition of shard ${own}`;
      findings.add('wrong-shard', message, placeOf(theCase, index));
    }
  }
}
