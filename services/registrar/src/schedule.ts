import { type Refusal, refuse } from '@suffrage/contracts/errors';

/**
 * A closing must lie that far ahead, so that every service has read it before it takes effect: ingestion decides on
 * what it knew 10 s ago at most, and appends within 5 s.
 */
const CLOSING_NOTICE_MILLIS = 20_000;
/** What the way to the topic may take of it, before the closing has to be moved once more. */
const SENDING_MILLIS = 5_000;

/** The earliest closing that can still be announced in time. */
export function soonestClosing(now: number): number {
  return now + CLOSING_NOTICE_MILLIS + SENDING_MILLIS;
}

/** What the database keeps of a phase; `scheduled`, `open` and `closed` follow from the clock, `sealed` from table `seals`. */
export type StoredPhase = 'draft' | 'published' | 'closed';
export type Phase = 'draft' | 'scheduled' | 'open' | 'closed' | 'sealed';

type Times = { readonly opensAt: string; readonly closesAt: string };

export function phaseAt({ opensAt, closesAt }: Times, stored: StoredPhase, now: number): Phase {
  if (stored === 'draft') return 'draft';
  if (stored === 'closed' || now >= Date.parse(closesAt)) return 'closed';
  return now < Date.parse(opensAt) ? 'scheduled' : 'open';
}

/** Whether an election may be published on this schedule. */
export function scheduleRefusal({ opensAt, closesAt }: Times, now: number): Refusal | undefined {
  if (Date.parse(closesAt) < now + CLOSING_NOTICE_MILLIS) {
    return refuse('schedule-invalid', 'closesAt', 'must lie at least 20 s ahead');
  }
  if (Date.parse(opensAt) >= Date.parse(closesAt))
    return refuse('schedule-invalid', 'opensAt', 'is not before closesAt');
  return undefined;
}

/**
 * Whether `closesAt` of a published election may move to `next`: before it is reached, at least 20 s ahead, after the
 * opening. Later is an extension, earlier an emergency stop.
 */
export function closingRefusal({ opensAt, closesAt }: Times, next: number, now: number): Refusal | undefined {
  if (now >= Date.parse(closesAt))
    return refuse('election-phase', 'closesAt', 'the election has closed already');
  if (next < now + CLOSING_NOTICE_MILLIS)
    return refuse('schedule-invalid', 'closesAt', 'must lie at least 20 s ahead');
  if (next <= Date.parse(opensAt)) return refuse('schedule-invalid', 'closesAt', 'is not after opensAt');
  return undefined;
}

/** Either the message may go out, and counts when it is appended until `announceBy`, or the closing has to be another. */
export type Announcement = { readonly announceBy: number } | { readonly instead: number };

/** A message that hangs on the way must not count when everybody has moved on. */
const LONGEST_WAY_MILLIS = 10_000;

/**
 * How to tell everybody that the closing is `wanted`, where they know `known` so far (`undefined`: nothing yet, so that
 * nobody relies on it). Too late for an earlier one: the soonest possible. Too late for any change: what they know.
 * All in milliseconds since 1970, `now` by the brokers' clock.
 */
export function planAnnouncement(known: number | undefined, wanted: number, now: number): Announcement {
  const soon = now + LONGEST_WAY_MILLIS;
  if (known === undefined || known === wanted) return { announceBy: soon };
  const latest = wanted < known ? wanted - CLOSING_NOTICE_MILLIS : known;
  if (now < latest) return { announceBy: Math.min(latest, soon) };
  return { instead: wanted < known ? Math.min(soonestClosing(now), known) : known };
}
