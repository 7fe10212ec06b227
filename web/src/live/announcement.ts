import { formatCount, formatVotes } from '../format.ts';
import type { Row } from './shares.ts';

/** At most one announcement in this time: a screen reader reads each to its end. */
export const ANNOUNCE_MILLIS = 15_000;

/** Contests named in an announcement; more would not be listened to. */
const MAX_CONTESTS = 2;

export type Standing = { readonly contest: string; readonly rows: readonly Row[] };

/** What a listener is told now and then: how many votes, and who is ahead. */
export function announcement(counted: number, standings: readonly Standing[], provisional: boolean): string {
  const leaders = standings.slice(0, MAX_CONTESTS).flatMap(({ contest, rows }) => {
    const [first, second] = rows;
    if (first === undefined || first.standing === null) return [];
    if (first.standing === 'level')
      return [`${contest}: ${first.title} and others level with ${formatVotes(first.votes)}.`];
    const margin =
      second === undefined ? '' : `, ${formatCount(first.votes - second.votes)} ahead of ${second.title}`;
    return [
      `${contest}: ${first.title} ${provisional ? 'leads' : 'has most votes'} with ${formatVotes(first.votes)}${margin}.`,
    ];
  });
  const state = provisional ? 'so far' : 'in all, official';
  return [`${formatVotes(counted)} counted ${state}.`, ...leaders].join(' ');
}
