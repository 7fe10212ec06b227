import { say, spokenLocale } from './language/say.ts';

const WHOLE = { maximumFractionDigits: 0 } as const;
const SMALL = { maximumFractionDigits: 1 } as const;
const PERCENT = { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;
const WHOLE_PERCENT = { style: 'percent', maximumFractionDigits: 0 } as const;

/** Making one costs more than using it. */
const made = new Map<string, Intl.NumberFormat>();

function number(value: number, style: Intl.NumberFormatOptions): string {
  const key = `${spokenLocale()} ${JSON.stringify(style)}`;
  const format = made.get(key) ?? new Intl.NumberFormat(spokenLocale(), style);
  made.set(key, format);
  return format.format(value);
}

export const formatCount = (count: number): string => number(count, WHOLE);

/** `1 vote`, `2,906 votes`. */
export function formatVotes(count: number): string {
  return say('results.votes', { count });
}

/** A share from 0 to 1 with one decimal: `27.5%`. */
export const formatShare = (share: number): string => number(share, PERCENT);

export const formatAxis = (share: number): string => number(share, WHOLE_PERCENT);

/** A pace below 10 with one decimal. */
export function formatPace(perSecond: number): string {
  return perSecond < 9.95 ? number(perSecond, SMALL) : number(perSecond, WHOLE);
}

/** `just now`, `5 s ago`, `3 min ago`, `2 h ago`, `4 days ago`. A time yet to come is `just now`: clocks differ. */
export function formatAge(millis: number): string {
  const seconds = Math.floor(millis / 1_000);
  return seconds < 1 ? say('age.now') : say('age.ago', { span: formatSpan(seconds) });
}

/** `5 s`, `3 min`, `2 h`, `1 day`, `4 days`. */
function formatSpan(seconds: number): string {
  if (seconds < 60) return say('age.seconds', { count: Math.floor(seconds) });
  if (seconds < 3_600) return say('age.minutes', { count: Math.floor(seconds / 60) });
  if (seconds < 2 * 86_400) return say('age.hours', { count: Math.floor(seconds / 3_600) });
  return say('age.days', { count: Math.floor(seconds / 86_400) });
}

/** An instant where the election is held: `Thu, 5 May 2022, 22:00 BST`. */
export function formatInstant(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat(spokenLocale(), {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  }).format(new Date(instant));
}

const DAY_MILLIS = 86_400_000;
const MINUTES_MILLIS = 600_000;

/** An instant on an axis that spans so many milliseconds: with seconds within minutes, with the day beyond one. */
export function formatClock(instant: number, spanMillis: number, timeZone: string): string {
  return new Intl.DateTimeFormat(spokenLocale(), {
    ...(spanMillis > DAY_MILLIS ? { day: 'numeric', month: 'short' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    ...(spanMillis < MINUTES_MILLIS ? { second: '2-digit' } : {}),
    timeZone,
  }).format(new Date(instant));
}

/** With one decimal where there is one. */
export const formatDecimal = (value: number): string => number(value, SMALL);
