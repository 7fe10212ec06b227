import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { checkVote } from './check-vote.ts';
import { errorCodes, errorRegistry, refuse, toProblem } from './errors.ts';
import { Redacted } from './redacted.ts';
import { signedVote, testElection } from './testing.node.ts';
import { createTokenVerifier } from './verify-token.node.ts';
import type { Vote } from './vote.ts';

const checkToken = createTokenVerifier();
const secret = testElection();
const pseudonymous = testElection({ mode: 'pseudonymous', revote: 'last' });

function verdict(test_: typeof secret, vote: Vote): string {
  const result = checkVote(test_.election, vote, Date.now(), checkToken);
  return result.ok ? 'valid' : result.code;
}

test('a vote with its own token is valid in both modes', () => {
  expect(verdict(secret, signedVote(secret))).toBe('valid');
  expect(verdict(pseudonymous, signedVote(pseudonymous, { revision: 3 }))).toBe('valid');
});

test('a vote altered in any field is refused with a code that tells why', () => {
  const vote = signedVote(secret);
  const changed: [string, Partial<Vote>][] = [
    ['token-invalid', { selections: new Redacted(Uint8Array.of(0, 1, 0, 2, 0, 0)) }],
    ['selections-invalid', { selections: new Redacted(Uint8Array.of(0, 1, 0, 9, 0, 0)) }],
    ['token-invalid', { salt: new Redacted(randomBytes(32)) }],
    ['salt-length', { salt: new Redacted(randomBytes(31)) }],
    ['token-invalid', { token: new Redacted(randomBytes(256)) }],
    ['token-invalid', { token: new Redacted(new Uint8Array()) }],
    ['token-key-unknown', { tokenKeyId: randomBytes(32) }],
    ['revision-invalid', { revision: 1 }],
    ['voter-reference-invalid', { voterReference: new Redacted(randomBytes(32)) }],
  ];
  for (const [code, change] of changed) expect(verdict(secret, { ...vote, ...change })).toBe(code);
});

test('in a pseudonymous election neither reference nor revision can be altered', () => {
  const vote = signedVote(pseudonymous, { revision: 2 });
  expect(verdict(pseudonymous, { ...vote, revision: 3 })).toBe('token-invalid');
  expect(verdict(pseudonymous, { ...vote, revision: 0 })).toBe('revision-invalid');
  expect(verdict(pseudonymous, { ...vote, voterReference: new Redacted(randomBytes(32)) })).toBe(
    'token-invalid',
  );
  const once = testElection({ mode: 'pseudonymous' });
  expect(verdict(once, signedVote(once, { revision: 2 }))).toBe('revision-invalid');
});

test('a token of one election is worth nothing in another with the same ballot', () => {
  const twin = testElection({ id: secret.election.definition.id });
  expect(verdict(twin, signedVote(secret))).toBe('token-key-unknown');
  const other = testElection();
  expect(verdict({ ...secret, election: other.election }, signedVote(secret))).toBe('token-key-unknown');
});

test('the checks answer in their fixed order: time before selections before token', () => {
  const closed = testElection({ opensAt: '2026-01-01T00:00:00Z', closesAt: '2026-01-02T00:00:00Z' });
  const bad = {
    ...signedVote(closed),
    selections: new Redacted(new Uint8Array()),
    token: new Redacted(new Uint8Array()),
  };
  expect(verdict(closed, bad)).toBe('election-closed');
  expect(verdict(secret, { ...bad, tokenKeyId: secret.tokenKeyId })).toBe('selections-invalid');
});

test('what could tell a choice or a voter never prints', () => {
  const vote = signedVote(pseudonymous, { salt: Buffer.from('planted-salt-planted-salt-32byte') });
  for (const text of [inspect(vote, { depth: 9 }), JSON.stringify(vote), String(vote.token)]) {
    expect(text).toContain('[redacted]');
    expect(text).not.toContain('planted');
    expect(text).not.toContain(Buffer.from('planted').toString('hex'));
  }
});

test('every error code has a public text, and statuses that agree about trying again', () => {
  for (const code of errorCodes) {
    const { title, http, retryable } = errorRegistry[code];
    expect(title).toMatch(/\.$/);
    expect(retryable).toBe(http >= 500 || http === 408 || http === 429);
    expect(toProblem(refuse(code, 'field'))).toMatchObject({ code, status: http, field: 'field' });
  }
});
