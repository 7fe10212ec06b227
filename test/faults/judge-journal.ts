import type { JournalEntry } from './journal.ts';

/** A readable record on topic `votes`. Vote IDs and ballot keys are base64url. */
export type LoggedVote = {
  readonly partition: number;
  readonly offset: string;
  readonly electionId: string;
  readonly voteId: string;
  readonly ballotKey: string;
  readonly revision: number;
};

/** A row of `votes`. */
export type CountedVote = Omit<LoggedVote, 'partition' | 'offset'>;

export type Evidence = {
  readonly journal: readonly JournalEntry[];
  readonly log: readonly LoggedVote[];
  readonly counted: readonly CountedVote[];
};

/** Numbers of votes, and one sentence for each that is wrong. */
export type Judgement = {
  readonly acknowledged: number;
  readonly unknownOutcome: number;
  readonly lost: number;
  readonly countedTwice: number;
  readonly problems: readonly string[];
};

/**
 * Holds what clients were told against the log and the count.
 * INV-1, INV-8: each receipt's position holds that vote. INV-2: its ballot key has one counted vote, not an older one.
 * INV-3: what was refused is not on the log, what is counted was cast. INV-4, INV-6: nothing is counted twice.
 */
export function judgeJournal({ journal, log, counted }: Evidence): Judgement {
  const problems: string[] = [];
  const receipts = journal.flatMap(entry => (entry.kind === 'receipt' ? [entry.receipt] : []));
  const at = new Map(log.map(vote => [`${vote.partition}/${vote.offset}`, vote]));
  const byKey = Map.groupBy(counted, keyOf);

  const lost = new Set<string>();
  for (const { voteId, electionId, partition, offset } of receipts) {
    const found = at.get(`${partition}/${offset}`);
    const place = `partition ${partition} offset ${offset}`;
    if (!found || found.voteId !== voteId || found.electionId !== electionId) {
      lost.add(voteId);
      problems.push(`INV-1 INV-8: vote ${voteId} was acknowledged and is not at ${place}`);
      continue;
    }
    const [standing] = byKey.get(keyOf(found)) ?? [];
    if (!standing || isBefore(standing, found)) {
      lost.add(voteId);
      problems.push(`INV-2: vote ${voteId} was acknowledged at ${place} and is not counted`);
    }
  }

  const twice = [...byKey.values(), ...Map.groupBy(counted, voteOf).values()].filter(
    ({ length }) => length > 1,
  );
  for (const [vote] of twice) problems.push(`INV-4: vote ${vote?.voteId} or its ballot key is counted twice`);

  const onLog = new Set(log.map(voteOf));
  const refused = journal.filter(entry => entry.kind === 'refused');
  for (const entry of refused) {
    if (onLog.has(voteOf(entry)))
      problems.push(`INV-3: vote ${entry.voteId} was refused (${entry.code}) and is on the log`);
  }
  const cast = new Set(journal.flatMap(entry => (entry.kind === 'intent' ? [voteOf(entry)] : [])));
  for (const vote of counted)
    if (!cast.has(voteOf(vote))) problems.push(`INV-3: vote ${vote.voteId} is counted, but nobody cast it`);

  const acknowledged = new Set(receipts.map(voteOf));
  const unknown = journal.filter(entry => entry.kind === 'unknown' && !acknowledged.has(voteOf(entry)));
  return {
    acknowledged: acknowledged.size,
    unknownOutcome: new Set(unknown.flatMap(entry => (entry.kind === 'unknown' ? [voteOf(entry)] : []))).size,
    lost: lost.size,
    countedTwice: twice.length,
    problems,
  };
}

type Ids = { readonly electionId: string; readonly voteId: string };
const voteOf = ({ electionId, voteId }: Ids) => `${electionId}/${voteId}`;
const keyOf = ({ electionId, ballotKey }: { readonly electionId: string; readonly ballotKey: string }) =>
  `${electionId}/${ballotKey}`;

/** The greatest (revision, vote ID) wins; vote IDs compare as bytes. */
function isBefore(a: CountedVote, b: CountedVote): boolean {
  if (a.revision !== b.revision) return a.revision < b.revision;
  return Buffer.compare(Buffer.from(a.voteId, 'base64url'), Buffer.from(b.voteId, 'base64url')) < 0;
}
