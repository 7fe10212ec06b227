import type { Case, Gap, Owner } from './case.ts';
import type { PartitionRange } from './ranges.ts';

/** INV-7: no gap in the offsets, and progress that equals what lies below it. */
export function judgeProgress(theCase: Case): void {
  judgeOffsets(theCase);
  for (const range of theCase.ranges) {
    const owner = theCase.owners.get(range.partition);
    if (owner) judgeOwner(theCase, range, owner);
  }
  for (const [partition, owner] of theCase.owners) {
    const known = theCase.ranges.some(range => range.partition === partition);
    if (!known && owner.nextOffset > 0) addBeyondLog(theCase, partition, owner, 0);
  }
}

function judgeOffsets({ ranges, gaps, findings }: Case): void {
  const truncated = ranges
    .filter(({ start }) => start > 0)
    .map(({ partition, start }) => ({ partition, from: 0, to: start }));
  for (const { partition, from, to } of joinGaps([...truncated, ...gaps])) {
    const span = to === from + 1 ? `offset ${from} is` : `offsets ${from} to ${to - 1} are`;
    findings.add('offset-gap', `${span} not on the log`, { partition, offset: from });
  }
}

/** Gaps that touch are one: threads see only stretches of a partition. */
function joinGaps(gaps: readonly Gap[]): Gap[] {
  const joined: Gap[] = [];
  for (const gap of gaps.toSorted((a, b) => a.partition - b.partition || a.from - b.from)) {
    const last = joined.at(-1);
    if (last?.partition === gap.partition && last.to === gap.from)
      joined.splice(-1, 1, { ...last, to: gap.to });
    else joined.push(gap);
  }
  return joined;
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
