import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { voterCode } from '@suffrage/contracts/voter-code';
import { findSecrets } from './find-secrets.ts';

const line = (value: object) => JSON.stringify({ level: 'warn', ...value });

test('secrets are found by their form, each with its line', () => {
  const planted = [
    line({ msg: 'a fine line' }),
    line({ msg: `no such code: ${voterCode(randomBytes(17))}` }),
    line({ request: { headers: { authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln' } } }),
    line({ err: { message: '-----BEGIN PRIVATE KEY-----' } }),
    line({ body: JSON.stringify({ selections: [['a']] }) }),
    line({ token: randomBytes(256).toString('base64url') }),
    line({ msg: 'manager-token' }),
  ];
  expect(findSecrets(planted.join('\n'))).toEqual([
    { line: 2, kind: "a voter's code" },
    { line: 3, kind: 'an authorization' },
    { line: 4, kind: 'a private key' },
    { line: 5, kind: 'a vote' },
    { line: 6, kind: 'a token' },
    { line: 7, kind: "a manager's token" },
  ]);
});

test('a planted secret is found in each notation, other bytes of its kind are not', () => {
  const [salt, voteId] = [randomBytes(32), randomBytes(32)];
  const notations = (['base64url', 'base64', 'hex'] as const).map(notation => salt.toString(notation));
  const text = [voteId.toString('base64url'), ...notations].map(each => line({ headers: { trace: each } }));
  expect(findSecrets(text.join('\n'), new Set(notations))).toEqual(
    [2, 3, 4].map(place => ({ line: place, kind: 'a planted secret' })),
  );
});

test('what only looks like a secret is none', () => {
  const harmless = [
    line({ code: 'code-refused', field: 'selections', voteId: randomBytes(32).toString('base64url') }),
    line({ msg: 'ABCDEF-GHJKMN-PQRSTV', err: { stack: 'Error: x\n    at Bearer (file:///a/b.ts:1:2)' } }),
  ];
  expect(findSecrets(harmless.join('\n'))).toEqual([]);
});
