import { type Case, countOutcome, hexOf, type LoneRecord, placeOf, type Stray } from './case.ts';
import {
  electionOf,
  type Entry,
  offsetOf,
  outcomeOf,
  partitionOf,
  revisionOf,
  setOutcome,
  voteIdOf,
} from './entry.ts';
import { judgeBallot, judgeLone } from './judge-ballot.ts';
import { occupyCounted } from './judge-groups.ts';
import { addExtraRow, placeOfRow, type PlacedRow, reportContent } from './match-rows.ts';

/** A processed record without a row. */
type Home = {
  readonly partition: number;
  readonly offset: number;
  readonly record: Entry | LoneRecord;
  row?: PlacedRow;
};

type Homes = { readonly byPosition: Map<string, Home>; readonly byVote: Map<string, Home[]> };

/** Says of each stray what is wrong with it, once all rows are known, and then judges the records that waited for it. */
export function settleStrays(theCase: Case): void {
  const homes = collectHomes(theCase);
  const left = theCase.strays.filter(stray => !settleAtPosition(theCase, stray, homes));
  for (const stray of left) settle(theCase, stray, homes);
  for (const group of theCase.waiting) {
    const judge = judgeBallot(theCase);
    for (const record of group) judge.take(record);
    judge.end();
  }
  for (const record of theCase.lone) {
    const row = homes.byPosition.get(positionKey(record))?.row;
    if (row) judgeLone(theCase, record, row);
    else theCase.findings.add('missing-row', 'the record has no outcome', placeOf(theCase, record));
  }
}

function collectHomes({ waiting, lone }: Case): Homes {
  const homes: Homes = { byPosition: new Map(), byVote: new Map() };
  const add = (home: Home, voteId: Uint8Array | undefined) => {
    homes.byPosition.set(positionKey(home), home);
    if (!voteId) return;
    const others = homes.byVote.get(hexOf(voteId));
    if (others) others.push(home);
    else homes.byVote.set(hexOf(voteId), [home]);
  };
  for (const record of waiting.flat()) {
    if (outcomeOf(record) !== undefined) continue;
    add({ partition: partitionOf(record), offset: offsetOf(record), record }, voteIdOf(record));
  }
  for (const record of lone) add({ ...record, record }, record.voteId);
  return homes;
}

const positionKey = ({ partition, offset }: Pick<Home, 'partition' | 'offset'>) => `${partition}/${offset}`;

const isFree = ({ record, row }: Home): boolean =>
  row === undefined && !(Buffer.isBuffer(record) && outcomeOf(record) !== undefined);

/** A row that is where its vote is, but names another ballot key or election. */
function settleAtPosition(theCase: Case, stray: Stray, { byPosition }: Homes): boolean {
  const home = stray.placed ? byPosition.get(positionKey(stray.row)) : undefined;
  if (!home || !isFree(home) || !stray.entry) return false;
  const voteId = Buffer.isBuffer(home.record) ? voteIdOf(home.record) : home.record.voteId;
  if (!voteId || hexOf(voteId) !== hexOf(stray.row.voteId)) return false;
  occupy(theCase, home, stray);
  return true;
}

function settle(theCase: Case, stray: Stray, { byPosition, byVote }: Homes): void {
  const { row, reason, database } = stray;
  const place = placeOfRow(theCase, row, database);
  if (stray.keyCounted) {
    theCase.findings.add('counted-twice', `its ballot key is counted by another row; ${reason}`, place);
    return;
  }
  const home = byVote.get(hexOf(row.voteId))?.find(isFree);
  if (home) {
    const message = `its vote lies at partition ${home.partition}, offset ${home.offset}`;
    theCase.findings.add('wrong-position', message, place);
    occupy(theCase, home, stray);
    return;
  }
  const there = stray.placed ? byPosition.get(positionKey(row)) : undefined;
  if (!there || !isFree(there)) {
    addExtraRow(theCase, stray);
    return;
  }
  theCase.findings.add('wrong-content', `the row ${reason}`, place);
  take(theCase, there, row);
}

/** The row is the record's, whatever else it says. */
function occupy(theCase: Case, home: Home, stray: Stray): void {
  const { record } = home;
  const { row, database } = stray;
  if (Buffer.isBuffer(record) && stray.entry) {
    home.row = row;
    occupyCounted(theCase, record, Buffer.from(stray.entry));
    return;
  }
  take(theCase, home, row);
  const electionId = Buffer.isBuffer(record) ? theCase.electionIds[electionOf(record)] : record.electionId;
  const differing: string[] = [];
  if (row.electionId !== electionId) differing.push('election');
  if (Buffer.isBuffer(record) && row.revision !== null && row.revision !== revisionOf(record))
    differing.push('revision');
  reportContent(theCase, row, database, differing);
}

function take(theCase: Case, home: Home, row: PlacedRow): void {
  home.row = row;
  const code = row.code ?? '';
  countOutcome(theCase, home.partition, row.outcome, code);
  if (Buffer.isBuffer(home.record))
    setOutcome(home.record, 0, row.outcome, theCase.names.tagOf(code), row.target);
}
