import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { readSession } from './sessions.ts';
import { sessionKey } from './voter-reference.ts';

const newKey = () => ({ referenceKey: createSecretKey(randomBytes(32)) });

/** As `createSessions` says that they are made. */
function sessionUntil(
  end: number,
  { referenceKey }: ReturnType<typeof newKey>,
  id = randomBytes(16),
): Buffer {
  const claim = Buffer.concat([id, Buffer.alloc(6)]);
  claim.writeUIntBE(end, 16, 6);
  return Buffer.concat([claim, createHmac('sha256', sessionKey(referenceKey)).update(claim).digest()]);
}

test('a session counts until its end and no longer', () => {
  const key = newKey();
  const end = Date.UTC(2027, 4, 6);
  const id = randomBytes(16);
  const session = sessionUntil(end, key, id).toString('base64url');
  expect(readSession(key, session, end - 1)).toBe(id.toString('hex'));
  expect(readSession(key, session, end)).toBeUndefined();
});

test('a session whose end or any other byte was changed, of another election, or cut, is none', () => {
  const key = newKey();
  const session = sessionUntil(Date.UTC(2027, 4, 6), key);
  expect(readSession(key, session.toString('base64url'), 0)).toBeDefined();
  for (const place of session.keys()) {
    const changed = Buffer.from(session);
    changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
    expect(readSession(key, changed.toString('base64url'), 0)).toBeUndefined();
  }
  expect(readSession(newKey(), session.toString('base64url'), 0)).toBeUndefined();
  for (const text of [
    '',
    '!',
    session.toString('base64url').slice(0, -4),
    `${session.toString('base64url')}AAAA`,
  ])
    expect(readSession(key, text, 0)).toBeUndefined();
});
