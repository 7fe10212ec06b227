import { binaryText } from '@suffrage/contracts/bytes';
import type { Election } from '@suffrage/contracts/ballot';
import { decodeSelections } from '@suffrage/contracts/selections';

/** Contest and option under which the number of counted votes is kept; no id can look like that. */
export const ALL = '*';

export type TallyChange = {
  readonly electionId: string;
  readonly contest: string;
  readonly option: string;
  readonly votes: number;
};

type Marked = { readonly electionId: string; readonly selections: Uint8Array };

/**
 * How the tallies change when `counted` votes are added and `replaced` ones taken away; sums to one row per option, in
 * key order, without zeros.
 * @throws Error when selections are not a valid marking of their ballot: they were checked before they got here.
 */
export function tallyChanges(
  find: (electionId: string) => Election | undefined,
  counted: readonly Marked[],
  replaced: readonly Marked[],
): TallyChange[] {
  const changes = new Map<string, { electionId: string; contest: string; option: string; votes: number }>();
  const add = (electionId: string, contest: string, option: string, by: number) => {
    const key = `${electionId} ${contest} ${option}`;
    const change = changes.get(key);
    if (change) change.votes += by;
    else changes.set(key, { electionId, contest, option, votes: by });
  };
  const addVotes = ({ electionId, selections }: Marked, by: number) => {
    const election = find(electionId);
    const marks = election && decodeSelections(election, selections);
    if (!marks) throw new Error('a vote to be tallied does not fit its ballot');
    add(electionId, ALL, ALL, by);
    for (const [place, { contest }] of election.contests.entries()) {
      for (const index of marks[place] ?? [])
        add(electionId, contest.id, contest.options[index]?.id ?? '', by);
    }
  };
  for (const { marked, votes } of alike(counted)) addVotes(marked, votes);
  for (const { marked, votes } of alike(replaced)) addVotes(marked, -votes);
  return [...changes]
    .filter(([, { votes }]) => votes !== 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, change]) => change);
}

/** Votes that mark the same are read once: a batch has far fewer choices than votes. */
function alike(votes: readonly Marked[]): Iterable<{ readonly marked: Marked; readonly votes: number }> {
  const groups = new Map<string, { readonly marked: Marked; votes: number }>();
  for (const marked of votes) {
    const key = `${marked.electionId} ${binaryText(marked.selections)}`;
    const group = groups.get(key);
    if (group) group.votes += 1;
    else groups.set(key, { marked, votes: 1 });
  }
  return groups.values();
}
