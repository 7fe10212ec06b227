import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { judgeRecord } from './judge-record.ts';
import type { VoteRow } from './find-vote.ts';
import { conclude, readReceipt } from './state-receipt.ts';
import { vote } from './testing/sound-world.ts';
import { mayor } from './testing/world.ts';

const entry = vote({ voter: 1 });
const judged = judgeRecord(
  entry.value,
  entry.castAt,
  () => mayor,
  () => ({ ok: true }),
);
const voteId = entry.truth.kind === 'valid' ? entry.truth.voteId : Buffer.alloc(0);
const claim = { genuine: true as const, voteId, electionId: 'mayor', timestamp: entry.castAt };
const row = (outcome: VoteRow['outcome']): VoteRow => ({
  outcome,
  code: null,
  partition: 0,
  offset: 0,
  database: 'votes',
});

test.each([
  ['counted', 'holds', /on the log and counted/],
  ['superseded', 'holds', /a later vote of the same voter counts/],
  ['rejected', 'broken', /valid, and it is not counted/],
  ['duplicate', 'broken', /valid, and it is not counted/],
] as const)('a receipt whose vote is %s: it %s', (outcome, verdict, says) => {
  const stated = conclude(claim, entry, judged, [row(outcome)]);
  expect(stated).toMatchObject({ record: 'this vote', failingCheck: '', verdict });
  expect(stated.says).toMatch(says);
});

test('a receipt whose vote is not processed yet holds so far', () => {
  expect(conclude(claim, entry, judged, [])).toMatchObject({ verdict: 'holds' });
});

test('a genuine receipt with nothing or another vote at its position is broken', () => {
  expect(conclude(claim, undefined, undefined, [])).toMatchObject({ record: 'nothing', verdict: 'broken' });
  const other = { ...claim, voteId: Buffer.alloc(32) };
  expect(conclude(other, entry, judged, [])).toMatchObject({ record: 'another vote', verdict: 'broken' });
  const later = { ...claim, timestamp: entry.castAt + 1 };
  expect(conclude(later, entry, judged, [])).toMatchObject({ record: 'another vote', verdict: 'broken' });
});

test('a receipt that does not verify proves nothing, whatever is counted', () => {
  const stated = conclude({ ...claim, genuine: 'signature-invalid' }, entry, judged, [row('counted')]);
  expect(stated).toMatchObject({
    verdict: 'proves nothing',
    says: 'The receipt is not genuine: signature-invalid.',
  });
});

test('an acknowledged vote that is not valid is broken', () => {
  if (judged.state !== 'valid') throw new Error('the vote is valid');
  const invalid = { ...judged, state: 'invalid', code: 'election-closed' } as const;
  expect(conclude(claim, entry, invalid, [row('rejected')])).toMatchObject({
    verdict: 'broken',
    failingCheck: 'election-closed',
  });
});

test('a file without a receipt is refused', () => {
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-receipt-'));
  const file = join(directory, 'receipt.json');
  writeFileSync(file, '{"voteId":"x"}');
  expect(() => readReceipt(file)).toThrow('receipt.json: this is no receipt as ingestion gives it');
  rmSync(directory, { recursive: true });
});
