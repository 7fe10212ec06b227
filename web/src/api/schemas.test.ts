import { expect, test } from '@jest/globals';
import { edinburgh, snapshot } from '../../test/edinburgh.ts';
import { type Election, electionsSchema, type Snapshot, snapshotSchema } from './schemas.ts';

test('the page reads what the services send, and goes on when they send more', () => {
  // Both are parsed by the contracts; that they fit these types is checked by the compiler.
  const sent: Snapshot = snapshot({ version: 1 });
  const definition: Election['definition'] = edinburgh();
  expect(snapshotSchema.parse({ ...sent, addedLater: true })).toEqual(sent);
  const elections = {
    elections: [{ definition, phase: 'open', official: false }],
    addedLater: true,
  };
  expect(electionsSchema.parse(elections).elections[0]?.definition.id).toBe('edinburgh-2022-ward-16');
});

test('what is no snapshot is not shown as one', () => {
  expect(snapshotSchema.safeParse({ ...snapshot({ version: 1 }), counted: '12' }).success).toBe(false);
});
