import type { CasePart, Evidence } from './case.ts';
import type { PackedBatches } from './pack-batches.ts';
import type { PartitionRange } from './ranges.ts';
import type { JournalLines } from './read-journal.ts';
import type { Piece, Run } from './sort/sort-run.ts';

/** What every thread is told at its start. */
export type Assignment = Omit<Evidence, 'findElection' | 'electionIds'> & {
  readonly topic: string;
  /** All records of topic `elections`. */
  readonly elections: readonly ElectionsRecord[];
  readonly views: readonly { readonly url: string; readonly snapshot: string }[];
  /** Where sorted files are written. */
  readonly directory: string;
};

export type ElectionsRecord = {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly appendedAt: number;
};

export type Task =
  | { readonly kind: 'journal'; readonly lines: JournalLines }
  | {
      readonly kind: 'log';
      readonly range: PartitionRange;
      /** With all records of the range; they move to the thread. */
      readonly batches: PackedBatches;
      /** Where its receipts are. */
      readonly receipts: readonly Piece[];
    }
  /** Pages of table `votes`. */
  | { readonly kind: 'votes'; readonly database: number; readonly from: number; readonly to: number }
  | {
      readonly kind: 'ballots';
      readonly pieces: readonly Piece[];
      readonly names: readonly string[];
      readonly gaps: CasePart['gaps'];
    };

export type TaskResult = {
  readonly part: CasePart;
  /** What the task has sorted. */
  readonly runs: readonly Run[];
  /** Records, rows or entries. */
  readonly done: number;
};
