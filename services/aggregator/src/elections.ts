import type { Election } from '@suffrage/contracts/ballot';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { ElectionBook } from '@suffrage/contracts/election-book';
import type { Snapshot } from '@suffrage/contracts/results';

export type KnownElection = {
  readonly definition: ElectionDefinition;
  /** Milliseconds since 1970. */
  readonly closesAt: number;
  /** The closing message of this `closesAt` has been read: nothing can be counted any more. */
  readonly closed: boolean;
  /** `false` when a newer definition is on the topic that this version can't read; only the ballot is still certain. */
  readonly current: boolean;
  readonly annulled?: NonNullable<Snapshot['annulled']>;
};

/** What topic `elections` has told so far. */
export type Elections = {
  get(electionId: string): KnownElection | undefined;
  all(): KnownElection[];
};

/** An election whose newest definition can't be read keeps its results: ballots are locked, only `closesAt` moves. */
export function createElections(book: ElectionBook): Elections {
  const isCurrent = (electionId: string) => {
    try {
      return book.find(electionId) !== undefined;
    } catch {
      return false;
    }
  };
  const known = ({ definition, closesAt }: Election): KnownElection => {
    const closing = book.closing(definition.id);
    const closed = closing !== undefined && Date.parse(closing.closesAt) === closesAt;
    const annulment = book.annulment(definition.id);
    const annulled = annulment && { reason: annulment.reason, at: annulment.at };
    return {
      definition,
      closesAt,
      closed,
      current: isCurrent(definition.id),
      ...(annulled ? { annulled } : {}),
    };
  };
  return {
    get(electionId) {
      const election = book.elections().find(({ definition }) => definition.id === electionId);
      return election && known(election);
    },
    all: () => book.elections().map(known),
  };
}
