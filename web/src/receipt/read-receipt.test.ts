import { expect, test } from '@jest/globals';
import { readReceipt } from './read-receipt.ts';

const RECEIPT = {
  electionId: 'e1',
  voteId: 'x'.repeat(43),
  topic: 'votes',
  partition: 3,
  offset: '12',
  timestamp: 1_700_000_000_000,
  leafIndex: 0,
  treeSize: 1,
  path: [],
  signature: 'c2ln',
  certificate: { instance: 'ingestion-1', publicKey: 'a2V5', receiptKeyId: 'aWQ', signature: 'c2ln' },
};

test('a receipt is read however it was laid out', () => {
  expect(readReceipt(JSON.stringify(RECEIPT))).toEqual(RECEIPT);
  expect(readReceipt(`\n ${JSON.stringify(RECEIPT, undefined, 2)}\n`)).toEqual(RECEIPT);
});

test.each([
  ['nothing', ''],
  ['other JSON', '{"vote":1}'],
  ['a receipt cut short', JSON.stringify(RECEIPT).slice(0, -9)],
  ['a receipt with a member more', JSON.stringify({ ...RECEIPT, choice: 'ada' })],
  ['more text than any receipt has', `${JSON.stringify(RECEIPT)}${' '.repeat(20_000)}`],
])('%s is no receipt', (_what, text) => {
  expect(readReceipt(text)).toBeUndefined();
});
