import { type Refusal, refuse } from '@suffrage/contracts/errors';

/** A closing must lie that far ahead, so that every service has read it before it takes effect. */
export const CLOSING_NOTICE_MILLIS = 20_000;

/** What the database keeps of a phase; `scheduled`, `open` and `closed` follow from the clock. */
export type StoredPhase = 'draft' | 'published' | 'closed';
export type Phase = 'draft' | 'scheduled' | 'open' | 'closed';

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
