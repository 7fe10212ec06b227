import { expect, test } from '@jest/globals';
import { readManagers } from './managers.ts';
import { closingRefusal, phaseAt, planAnnouncement, scheduleRefusal, soonestClosing } from './schedule.ts';

const times = { opensAt: '2026-05-07T06:00:00Z', closesAt: '2026-05-07T21:00:00Z' };
const [opens, closes] = [Date.parse(times.opensAt), Date.parse(times.closesAt)];

test('the phase of a published election follows from the clock', () => {
  expect(phaseAt(times, 'draft', closes)).toBe('draft');
  expect(phaseAt(times, 'published', opens - 1)).toBe('scheduled');
  expect(phaseAt(times, 'published', opens)).toBe('open');
  expect(phaseAt(times, 'published', closes - 1)).toBe('open');
  expect(phaseAt(times, 'published', closes)).toBe('closed');
  expect(phaseAt(times, 'closed', opens)).toBe('closed');
});

test('a schedule that ends too soon or before it begins is refused', () => {
  expect(scheduleRefusal(times, opens)).toBeUndefined();
  expect(scheduleRefusal(times, closes - 19_999)).toMatchObject({
    code: 'schedule-invalid',
    field: 'closesAt',
  });
  expect(scheduleRefusal({ ...times, opensAt: times.closesAt }, opens)).toMatchObject({ field: 'opensAt' });
});

test('a closing moves only before it is reached, at least 20 s ahead and after the opening', () => {
  expect(closingRefusal(times, closes + 1, opens)).toBeUndefined();
  expect(closingRefusal(times, opens + 20_000, opens)).toBeUndefined();
  expect(closingRefusal(times, opens + 19_999, opens)).toMatchObject({ code: 'schedule-invalid' });
  expect(closingRefusal(times, opens, opens - 60_000)).toMatchObject({ code: 'schedule-invalid' });
  expect(closingRefusal(times, closes + 60_000, closes)).toMatchObject({ code: 'election-phase' });
});

test('a move of the closing is announced while everybody can hear of it in time', () => {
  const [earlier, later] = [closes - 3_600_000, closes + 3_600_000];
  const late = earlier - 21_000;
  expect(planAnnouncement(undefined, closes, opens)).toEqual({ announceBy: opens + 10_000 });
  expect(planAnnouncement(closes, closes, opens)).toEqual({ announceBy: opens + 10_000 });
  expect(planAnnouncement(closes, earlier, opens)).toEqual({ announceBy: opens + 10_000 });
  expect(planAnnouncement(closes, earlier, late)).toEqual({ announceBy: earlier - 20_000 });
  expect(planAnnouncement(closes, later, closes - 1)).toEqual({ announceBy: closes });
});

test('too late for an earlier closing, the soonest takes its place; too late for any, the known one stays', () => {
  const earlier = closes - 3_600_000;
  const late = earlier - 20_000;
  expect(planAnnouncement(closes, earlier, late)).toEqual({ instead: soonestClosing(late) });
  expect(planAnnouncement(closes, earlier, closes - 1_000)).toEqual({ instead: closes });
  expect(planAnnouncement(closes, closes + 60_000, closes)).toEqual({ instead: closes });
});

test('a manager is known by the whole token and by nothing else', () => {
  const find = readManagers('alice secret-1\n\nbob secret-2\n');
  expect(find('Bearer secret-2')).toBe('bob');
  for (const wrong of [
    undefined,
    '',
    'secret-1',
    'Bearer',
    'Bearer secret',
    'Bearer secret-11',
    'Basic secret-1',
  ]) {
    expect(find(wrong)).toBeUndefined();
  }
});
