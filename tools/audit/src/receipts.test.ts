import { expect, test } from '@jest/globals';
import type { Election } from '@suffrage/contracts/ballot';
import type { Receipt } from '@suffrage/contracts/receipt';
import { createReceiptSigner } from '@suffrage/contracts/sign-receipts.node';
import { signedVote, testElection } from '@suffrage/contracts/testing.node';
import { encodeVoteRecord } from '@suffrage/contracts/vote';
import { openCase } from './case.ts';
import { judgeRecord } from './judge-record.ts';
import {
  addReceipt,
  type AcknowledgedByOffset,
  holdRecord,
  missAcknowledged,
  receiptSlices,
  RECEIPT_BYTES,
  takeJournal,
} from './receipts.ts';

const made = testElection();
const { election } = made;
const id = election.definition.id;
const range = { partition: 1, start: 0, end: 10 };
const castAt = election.opensAt + 1_000;
const vote = signedVote(made);
const value = encodeVoteRecord(vote, 'ingestion-0');
const find = (name: string): Election | undefined => (name === id ? election : undefined);
const judged = judgeRecord(value, castAt, find, () => ({ ok: true }));
const voteId = judged.state === 'valid' && judged.voteId ? judged.voteId : new Uint8Array(32);
const sign = createReceiptSigner(made.receiptKeyPem, 'ingestion-0');

function receiptFor(
  change: { offset?: bigint; voteId?: Uint8Array; topic?: string; timestamp?: number } = {},
) {
  const acceptance = { electionId: id, voteId, topic: 'votes', partition: 1, offset: 3n, timestamp: castAt };
  const [receipt] = sign([{ ...acceptance, ...change }]);
  if (!receipt) throw new Error('a receipt is signed');
  return receipt;
}

/** What is found when the record lies at offset 3, or at none, and a client kept these lines. */
async function hold(lines: readonly string[], at: { offset?: number; castAt?: number; code?: string } = {}) {
  const evidence = { ranges: [range], electionIds: [id], findElection: find, shards: 1, databases: [] };
  const theCase = openCase({ ...evidence, owners: new Map(), signatures: true });
  const entries = Buffer.alloc(RECEIPT_BYTES * lines.length);
  let next = 0;
  const sink = { next: () => RECEIPT_BYTES * next++, bytes: () => entries };
  await takeJournal(theCase, 'votes', { file: 'journal', first: 1, lines }, sink);
  const receipts: AcknowledgedByOffset = new Map();
  for (let place = 0; place < next; place++)
    addReceipt(theCase, receipts, range, entries, place * RECEIPT_BYTES);
  const { offset = 3, castAt: time = castAt, code } = at;
  const seen = judged.state === 'valid' && code ? ({ ...judged, state: 'invalid', code } as const) : judged;
  holdRecord(theCase, 1, { offset, castAt: time, judged: seen }, receipts.get(offset) ?? []);
  if (offset !== 3) theCase.gaps.push({ partition: 1, from: 3, to: 4 });
  missAcknowledged(theCase, 1, receipts);
  return { kinds: theCase.findings.byKind(), first: theCase.findings.first(), ...theCase.receipts };
}

const line = (receipt: Receipt) => JSON.stringify({ kind: 'receipt', receipt });

test('a receipt whose position holds its vote holds, and intents are only counted', async () => {
  const lines = [
    JSON.stringify({ kind: 'intent', voteId: 'x' }),
    line(receiptFor()),
    '',
    JSON.stringify({ receipt: receiptFor() }),
  ];
  expect(await hold(lines)).toMatchObject({ kinds: {}, intents: 1, supplied: 2, hold: 2 });
});

test.each([
  ['a gap', 3n, { offset: 4 }],
  ['the end of the log', 10n, {}],
])('an acknowledged vote whose position is %s is missing', async (_, offset, at) => {
  const { kinds, first } = await hold([line(receiptFor({ offset }))], at);
  expect(kinds).toEqual({ 'acknowledged-missing': 1 });
  expect(first[0]).toMatchObject({
    invariant: 'INV-1',
    partition: 1,
    offset: Number(offset),
    electionId: id,
  });
});

test.each([
  ['vote ID', { voteId: Buffer.alloc(32, 7) }],
  ['timestamp', { timestamp: castAt + 1 }],
])('a receipt with another %s than the record is a mismatch', async (name, change) => {
  const { first, hold: held } = await hold([line(receiptFor(change))]);
  expect(first).toEqual([expect.objectContaining({ kind: 'receipt-mismatch', invariant: 'INV-8' })]);
  expect(first[0]?.message).toContain(name);
  expect(held).toBe(0);
});

test.each([
  ['is altered', () => ({ ...receiptFor(), offset: '4' }), /signature-invalid/],
  ['is of another topic', () => receiptFor({ topic: 'other' }), /of topic other/],
  ['is of no election', () => ({ ...receiptFor(), electionId: 'nowhere' }), /no such election/],
  ['is none', () => ({ voteId: 'x' }), /that is none/],
])('a receipt that %s does not verify', async (_, make, message) => {
  const { kinds, first } = await hold([JSON.stringify({ receipt: make() })]);
  expect(kinds).toEqual({ 'receipt-invalid': 1 });
  expect(first[0]?.message).toMatch(message);
});

test.each([
  ['election-closed', 'acknowledged-out-of-time'],
  ['token-invalid', 'acknowledged-invalid'],
])('an acknowledged record that is refused as %s is found as %s', async (code, kind) => {
  expect((await hold([line(receiptFor())], { code })).kinds).toEqual({ [kind]: 1 });
});

test('a line that is no JSON says where it is', async () => {
  await expect(hold([line(receiptFor()), '{"kind":'])).rejects.toThrow('journal, line 2');
});

test('the receipts of a range are in the slices of its stretches', () => {
  const stretches = receiptSlices({ partition: 1, start: 2 ** 15 - 1, end: 2 ** 15 + 1 });
  expect(new Set(stretches)).toEqual(
    new Set([
      ...receiptSlices({ partition: 1, start: 0, end: 1 }),
      ...receiptSlices({ partition: 1, start: 2 ** 15, end: 2 ** 15 + 1 }),
    ]),
  );
});
