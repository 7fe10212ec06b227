import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type Action, actionHash, actionSchema, checkActions, FIRST_PREVIOUS } from './actions.ts';

/** A sound chain of so many actions. */
function chain(names: readonly string[], electionId = 'mayor'): Action[] {
  const actions: Action[] = [];
  for (const [place, action] of names.entries()) {
    const members = {
      electionId,
      sequence: place + 1,
      at: `2026-05-07T06:00:0${place}.000Z`,
      organisation: 'local',
      actor: 'token:alice',
      action,
      ...(action === 'stopped' ? { reason: 'fire in the hall' } : {}),
      details: { from: 'é' },
      previous: actions.at(-1)?.hash ?? FIRST_PREVIOUS,
    };
    actions.push(actionSchema.parse({ ...members, hash: actionHash(members) }));
  }
  return actions;
}

const sound = chain(['created', 'scheduled', 'opened', 'stopped', 'closed']);
const headAt = (entries: number) => ({
  electionId: 'mayor',
  entries,
  hash: sound[entries - 1]?.hash ?? FIRST_PREVIOUS,
});
const kinds = (actions: readonly Action[], heads = [headAt(5)]) =>
  checkActions(actions, heads).map(({ kind }) => kind);

test('the hash is SHA-256 of the domain, the hash before and the rest as canonical JSON', () => {
  const [first] = chain(['stopped']);
  const json =
    '{"action":"stopped","actor":"token:alice","at":"2026-05-07T06:00:00.000Z","details":{"from":"é"},' +
    '"electionId":"mayor","organisation":"local","reason":"fire in the hall","sequence":1}';
  const digest = createHash('sha256')
    .update(Buffer.concat([Buffer.from('suffrage/action/v1'), Buffer.alloc(32), Buffer.from(json)]))
    .digest('base64url');
  expect(first?.hash).toBe(digest);
});

test('a sound chain holds, with every head that was seen of it', () => {
  expect(checkActions(sound, [headAt(0), headAt(2), headAt(5)])).toEqual([]);
  expect(checkActions([], [headAt(0)])).toEqual([]);
});

test('a planted change of any member is caught', () => {
  for (const change of [
    { reason: 'nothing' },
    { actor: 'token:bob' },
    { at: '2026-05-07T06:00:09.000Z' },
    { details: {} },
    { action: 'extended' },
    { organisation: 'other' },
  ])
    expect(kinds(sound.map(action => (action.sequence === 4 ? { ...action, ...change } : action)))).toEqual([
      'action-changed',
    ]);
});

test('a planted change with its hash made anew breaks the chain after it', () => {
  const forged = sound.map(action => {
    if (action.sequence !== 3) return action;
    const { hash, ...members } = { ...action, actor: 'token:mallory' };
    return { ...members, hash: actionHash(members) };
  });
  expect(kinds(forged)).toEqual(['action-chain-broken']);
});

test('a planted removal is caught: in the middle, at the start, and at the end by a head that was kept', () => {
  expect(kinds(sound.toSpliced(2, 1))).toEqual(['action-missing']);
  expect(kinds(sound.slice(1))).toEqual(['action-missing']);
  expect(kinds(sound.slice(0, 4))).toEqual(['action-missing']);
  expect(kinds([])).toEqual(['action-missing']);
});

test('a chain made anew from the start does not have the head that was kept', () => {
  const other = chain(['created', 'scheduled', 'opened', 'extended', 'closed']);
  expect(kinds(other)).toEqual(['action-chain-broken']);
  expect(kinds(other, [headAt(3)])).toEqual([]);
});

test('an action of another election does not belong to the chain', () => {
  const [first, second] = [chain(['created']), chain(['created', 'scheduled'], 'council')];
  expect(kinds([...first, ...second.slice(1)], [])).toContain('action-chain-broken');
});
