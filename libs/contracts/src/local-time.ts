import { Temporal } from 'temporal-polyfill';

/**
 * Every instant at which clocks in `timeZone` show `local`, in UTC and in order: one as a rule; none in the hour that is
 * skipped when clocks go forward; two in the one that is repeated when they go back, so that somebody has to choose.
 * @param local ISO 8601 without an offset, such as `2026-03-29T01:30`.
 * @param timeZone IANA name.
 * @throws RangeError when one of them is not what it should be.
 */
export function instantsAt(local: string, timeZone: string): readonly string[] {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?$/.test(local))
    throw new RangeError('a local time looks like 2026-03-29T01:30');
  const wanted = Temporal.PlainDateTime.from(local, { overflow: 'reject' });
  const [earlier, later] = (['earlier', 'later'] as const).map(disambiguation =>
    wanted.toZonedDateTime(timeZone, { disambiguation }),
  );
  const found = [earlier, later].filter(zoned => zoned?.toPlainDateTime().equals(wanted));
  return [...new Set(found.map(zoned => new Date(zoned?.epochMilliseconds ?? Number.NaN).toISOString()))];
}

/** What clocks in `timeZone` show at an instant: `2026-03-29T02:30:00+01:00`, so that a repeated hour can be told apart. */
export function localTimeOf(instant: string, timeZone: string): string {
  return Temporal.Instant.from(instant)
    .toZonedDateTimeISO(timeZone)
    .toString({ timeZoneName: 'never', smallestUnit: 'second' });
}
