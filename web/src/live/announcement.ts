import { formatCount, formatVotes } from '../format.ts';
import { say } from '../language/say.ts';
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
      return [say('announce.level', { contest, option: first.title, votes: formatVotes(first.votes) })];
    const leads = say(provisional ? 'announce.leads' : 'announce.most', {
      contest,
      option: first.title,
      votes: formatVotes(first.votes),
    });
    if (second === undefined) return [`${leads}.`];
    const margin = { count: formatCount(first.votes - second.votes), option: second.title };
    return [`${leads}${say('announce.margin', margin)}.`];
  });
  const state = say(provisional ? 'announce.so-far' : 'announce.in-all', { votes: formatVotes(counted) });
  return [state, ...leaders].join(' ');
}
