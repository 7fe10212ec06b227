import { localTimeOf } from '@suffrage/contracts/local-time';

/** An instant as a field for date and time takes it: `2027-05-06T20:00`, with seconds only where there are some. */
export function localInputOf(instant: string, timeZone: string): string {
  return localTimeOf(instant, timeZone).slice(0, 19).replace(/:00$/, '');
}
