import type { ElectionDraft } from '@suffrage/contracts/election';
import type { MarkedOptions } from '@suffrage/contracts/selections';
import type { BallotFile } from './ballots.ts';

export const FIRST = 'first-preference';
export const RANKED = 'all-ranked';

/** The definition that a manager sends: both contests have the file's candidates as options. */
export function electionDraft(
  file: BallotFile,
  id: string,
  title: string,
  { opensAt, closesAt }: { readonly opensAt: Date; readonly closesAt: Date },
) {
  const options = file.candidates.map(candidate => ({
    id: candidate.id,
    title: { en: `${candidate.name}, ${candidate.party}` },
  }));
  return {
    id,
    title: { en: title },
    contests: [
      { id: FIRST, title: { en: 'First preference' }, minSelections: 1, maxSelections: 1, options },
      { id: RANKED, title: { en: 'All ranked' }, minSelections: 1, maxSelections: options.length, options },
    ],
    mode: 'secret',
    eligibility: 'open',
    revote: 'none',
    opensAt: opensAt.toISOString(),
    closesAt: closesAt.toISOString(),
    timeZone: 'Europe/London',
    resultsPolicy: 'live',
  } satisfies Omit<ElectionDraft, 'id'> & { id: string };
}

/** How one ballot of the file marks the two contests. */
export function markBallot(file: BallotFile, ballot: readonly number[]): MarkedOptions {
  const ids = ballot.map(place => file.candidates[place]?.id ?? '');
  return { [FIRST]: ids.slice(0, 1), [RANKED]: ids };
}
