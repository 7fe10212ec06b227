import { expect, test } from '@jest/globals';
import { type Casting, type CastingEvent, reduceCasting, standingOfStep, steps } from './casting.ts';

const after = (...events: CastingEvent[]): Casting => events.reduce(reduceCasting, { status: 'looking' });
const progress = (step: 'token' | 'sent' | 'stored' | 'counted' | 'offline') =>
  ({ type: 'progress', step }) as const;

test('steps never go back, and a step tells that the network is there again', () => {
  expect(after({ type: 'began', reached: 'stored' }, progress('sent'))).toEqual({
    status: 'under-way',
    reached: 'stored',
    isOffline: false,
  });
  const offline = after({ type: 'began', reached: null }, progress('token'), progress('offline'));
  expect(offline).toEqual({ status: 'under-way', reached: 'token', isOffline: true });
  expect(reduceCasting(offline, progress('sent'))).toMatchObject({ reached: 'sent', isOffline: false });
});

test('one step at a time is under way', () => {
  expect(steps.map(step => standingOfStep(step, null))).toEqual(['now', 'later', 'later', 'later']);
  expect(steps.map(step => standingOfStep(step, 'token'))).toEqual(['done', 'now', 'later', 'later']);
  expect(steps.map(step => standingOfStep(step, 'counted'))).toEqual(['done', 'done', 'done', 'done']);
});

test('a device that keeps no vote has a choice to make, and a refusal is no count', () => {
  expect(after({ type: 'ended', result: undefined })).toEqual({ status: 'absent' });
  const problem = { ok: false, code: 'closed', can: 'nothing' } as const;
  expect(after({ type: 'ended', result: problem })).toEqual({ status: 'stuck', problem });
  const result = { ok: true, status: 'counted', voteId: 'v' } as const;
  expect(after(progress('counted'), { type: 'ended', result })).toEqual({ status: 'counted', result });
});
