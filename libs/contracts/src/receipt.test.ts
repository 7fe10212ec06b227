import { createHash, randomBytes } from 'node:crypto';
import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { concat, toBase64url } from './bytes.ts';
import { checkReceipt } from './check-receipt.ts';
import { Receipt as ReceiptMessage } from './generated/suffrage/v1/vote_service.ts';
import { hashesOf, inclusionPath, leafHash, merkleTree, rootFromPath } from './merkle.ts';
import { receiptSchema } from './receipt.ts';
import { createReceiptIssuer, createReceiptSigner } from './sign-receipts.node.ts';
import { testElection } from './testing.node.ts';

const { election, receiptKeyPem } = testElection();
const { receiptKeys } = election.definition;
const sign = createReceiptSigner(receiptKeyPem, 'ingestion-0');

function batch(size: number) {
  return Array.from({ length: size }, (_, i) => ({
    electionId: election.definition.id,
    voteId: randomBytes(32),
    topic: 'votes',
    partition: 3,
    offset: 40n + BigInt(i),
    timestamp: 1_770_000_000_000,
  }));
}

test('the Merkle tree has the root of RFC 9162 for the trees of one, two and three leaves', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(text => leafHash([new TextEncoder().encode(text)]));
  if (!a || !b || !c) throw new Error('three leaves');
  const node = (left: Uint8Array, right: Uint8Array) => merkleTree(concat(left, right)).root;
  expect(merkleTree(a).root).toEqual(a);
  expect(merkleTree(concat(a, b, c)).root).toEqual(node(node(a, b), c));
});

test('every leaf of every tree size leads to the root by its path, and by no other place', () => {
  for (let size = 1; size <= 33; size += 1) {
    const leaves = Array.from({ length: size }, (_, i) => leafHash([Uint8Array.of(i)]));
    const { root, levels } = merkleTree(concat(...leaves));
    for (const [index, leaf] of leaves.entries()) {
      const path = inclusionPath(levels.map(hashesOf), index);
      expect(rootFromPath(leaf, index, size, path)).toEqual(root);
      const elsewhere = rootFromPath(leaf, (index + 1) % size, size, path);
      if (size > 1) expect(elsewhere).not.toEqual(root);
    }
  }
});

test('each receipt of a batch verifies with the keys of the definition and nothing else', async () => {
  const receipts = sign(batch(7));
  for (const receipt of receipts) {
    expect(receiptSchema.parse(structuredClone(receipt))).toEqual(receipt);
    expect(await checkReceipt(receipt, receiptKeys)).toEqual({ ok: true });
  }
  const [receipt] = receipts;
  if (!receipt) throw new Error('seven receipts');
  const stranger = testElection().election.definition.receiptKeys;
  expect(await checkReceipt(receipt, stranger)).toEqual({ ok: false, reason: 'receipt-key-unknown' });
});

test('the receipts of a batch cost two signatures, and a receipt with a wrong one is refused every time', async () => {
  const receipts = createReceiptSigner(receiptKeyPem, 'ingestion-1')(batch(9));
  const verify = jest.spyOn(crypto.subtle, 'verify');
  const checks = receipts.map(receipt => checkReceipt(receipt, receiptKeys));
  expect(await Promise.all(checks)).toEqual(receipts.map(() => ({ ok: true })));
  expect(verify).toHaveBeenCalledTimes(2);
  const [receipt] = receipts;
  if (!receipt) throw new Error('nine receipts');
  const forged = { ...receipt, signature: toBase64url(randomBytes(64)) };
  const refused = { ok: false, reason: 'signature-invalid' };
  expect(await checkReceipt(forged, receiptKeys)).toEqual(refused);
  expect(await checkReceipt(forged, receiptKeys)).toEqual(refused);
  expect(verify).toHaveBeenCalledTimes(4);
  verify.mockRestore();
});

test('leaves of any length are hashed behind their prefix', () => {
  for (const length of [0, 1, 510, 511, 512, 5_000]) {
    const data = randomBytes(length);
    const digest = createHash('sha256').update(Uint8Array.of(0)).update(data).digest();
    expect(Buffer.from(leafHash([data]))).toEqual(digest);
  }
});

test('a receipt with any field changed is refused', async () => {
  const [, receipt] = sign(batch(5));
  if (!receipt) throw new Error('five receipts');
  const other = toBase64url(randomBytes(32));
  const changed = [
    { electionId: 'other' },
    { voteId: other },
    { topic: 'votes2' },
    { partition: receipt.partition + 1 },
    { offset: '4711' },
    { timestamp: receipt.timestamp + 1 },
    { leafIndex: receipt.leafIndex + 1 },
    { treeSize: receipt.treeSize + 1 },
    { path: receipt.path.slice(1) },
    { path: [...receipt.path, other] },
    { path: receipt.path.with(0, other) },
    { signature: toBase64url(randomBytes(64)) },
    { certificate: { ...receipt.certificate, instance: 'ingestion-1' } },
    { certificate: { ...receipt.certificate, publicKey: other } },
    { certificate: { ...receipt.certificate, signature: toBase64url(randomBytes(64)) } },
  ];
  for (const change of changed) {
    expect(await checkReceipt({ ...receipt, ...change }, receiptKeys)).toMatchObject({ ok: false });
  }
});

test('receipts of any batch size verify', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async size => {
      const receipt = sign(batch(size)).at(-1);
      expect(receipt && (await checkReceipt(receipt, receiptKeys))).toEqual({ ok: true });
    }),
    { numRuns: 20 },
  );
});

const OFFSETS = [0n, 40n, 127n, 2n ** 31n - 3n, 2n ** 32n, 2n ** 53n - 70_000n];

test('a receipt says the same as JSON and as protobuf, wherever its leaf and its batch stand', () => {
  const issue = createReceiptIssuer(receiptKeyPem, 'ingestion-0');
  for (const offset of OFFSETS) {
    for (const size of [1, 2, 7, 130]) {
      const votes: { electionId: string; voteId: Uint8Array }[] = batch(size);
      votes[size - 1] = { voteId: randomBytes(32), electionId: 'w\u00e4hlt' };
      const at = { topic: 'votes', partition: size, offset, timestamp: 1_770_000_000_000 };
      for (const [place, issued] of issue({ ...at, votes }).entries()) {
        const bytes = new Uint8Array(issued.protobufLength() + 2);
        expect(issued.writeProtobuf(bytes, 1)).toBe(bytes.length - 1);
        expect([bytes.at(0), bytes.at(-1)]).toEqual([0, 0]);
        const { certificate, ...message } = ReceiptMessage.decode(bytes.slice(1, -1));
        expect(message).toMatchObject({
          electionId: votes[place]?.electionId,
          offset: offset + BigInt(place),
        });
        expect({
          ...message,
          voteId: toBase64url(message.voteId),
          offset: String(message.offset),
          timestamp: Number(message.timestamp),
          path: message.path.map(toBase64url),
          signature: toBase64url(message.signature),
          certificate: certificate && {
            instance: certificate.instance,
            publicKey: toBase64url(certificate.publicKey),
            receiptKeyId: toBase64url(certificate.receiptKeyId),
            signature: toBase64url(certificate.signature),
          },
        }).toEqual(JSON.parse(issued.toText()));
      }
    }
  }
});

test('no receipt is made for an offset that it could not name exactly', () => {
  const issue = createReceiptIssuer(receiptKeyPem, 'ingestion-0');
  const at = { topic: 'votes', partition: 0, offset: 2n ** 53n, timestamp: 0 };
  expect(() => issue({ ...at, votes: batch(1) })).toThrow('offset');
});
