import type { Receipt } from '@suffrage/contracts/receipt';
import type { JournalEntry } from '../journal.ts';
import { type Evidence, judgeJournal, type Judgement } from '../judge-journal.ts';

type Known = Omit<Evidence, 'journal'>;

export type RegionsEvidence = {
  /** What clients sent, and what was refused. */
  readonly told: readonly JournalEntry[];
  /** Receipts that either region gave. */
  readonly first: readonly Receipt[];
  readonly second: readonly Receipt[];
  /** The first region's own log. */
  readonly firstLog: Evidence['log'];
  /** The second region before voters were sent there, and in the end. */
  readonly takenOver: Known;
  readonly end: Known;
};

/**
 * Holds two regions against what clients were told. At the takeover: every acknowledged vote that was copied is counted, and
 * those that are not counted were not copied. In the end: every receipt holds in the log of its own region, and every
 * acknowledged vote is counted once in the second.
 */
export function judgeRegions({
  told,
  first,
  second,
  firstLog,
  takenOver,
  end,
}: RegionsEvidence): Judgement & {
  /** Acknowledged in the first region, and not in the second when it took over. */
  readonly notCopied: number;
} {
  const journalWith = (receipts: readonly Receipt[]): JournalEntry[] => [
    ...told,
    ...receipts.map(receipt => ({ kind: 'receipt' as const, receipt, at: 0 })),
  ];
  const copied = new Set(takenOver.log.map(({ electionId, voteId }) => `${electionId}/${voteId}`));
  const isCopied = ({ electionId, voteId }: Receipt) => copied.has(`${electionId}/${voteId}`);
  const atTakeover = judgeJournal({
    journal: journalWith(first.filter(isCopied)),
    log: firstLog,
    counted: takenOver.counted,
  });
  const ofFirst = judgeJournal({ journal: journalWith(first), log: firstLog, counted: end.counted });
  const ofSecond = judgeJournal({ journal: journalWith(second), log: end.log, counted: end.counted });
  const missing = new Set(first.filter(receipt => !isCopied(receipt)).map(({ voteId }) => voteId));
  return {
    acknowledged: new Set([...first, ...second].map(({ voteId }) => voteId)).size,
    unknownOutcome: ofSecond.unknownOutcome,
    lost: atTakeover.lost + ofFirst.lost + ofSecond.lost,
    countedTwice: atTakeover.countedTwice + ofSecond.countedTwice,
    notCopied: missing.size,
    problems: [
      ...atTakeover.problems.map(problem => `at the takeover: ${problem}`),
      ...ofFirst.problems.map(problem => `of the first region: ${problem}`),
      ...ofSecond.problems,
    ],
  };
}
