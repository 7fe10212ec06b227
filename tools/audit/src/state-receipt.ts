import { readFileSync } from 'node:fs';
import { createElectionBook, type ElectionBook } from '@suffrage/contracts/election-book';
import { fromBase64url } from '@suffrage/contracts/bytes';
import { type Receipt, receiptSchema } from '@suffrage/contracts/receipt';
import { topicNames } from '@suffrage/contracts/topics';
import { createTokenVerifier } from '@suffrage/contracts/verify-token.node';
import { z } from 'zod';
import type { AuditOptions } from './audit.ts';
import { type JudgedRecord, judgeRecord } from './judge-record.ts';
import type { PartitionRange } from './ranges.ts';
import { findVote, type VoteRow } from './find-vote.ts';
import { type LogReader, type LogRecord, openLogReader } from './read-log.ts';
import { receiptFault } from './receipts.ts';

/** What an auditor says of one disputed receipt. */
export type ReceiptStatement = {
  readonly statedAt: string;
  readonly receipt: Pick<Receipt, 'electionId' | 'voteId' | 'topic' | 'partition' | 'offset' | 'timestamp'>;
  /** Whether the receipt is genuine; else why not. */
  readonly genuine: true | string;
  /** What the log has at its position. */
  readonly record: 'this vote' | 'another vote' | 'nothing';
  /** The first failing check of that record; empty when it is valid. */
  readonly failingCheck?: string;
  /** What the databases say became of the records of this vote. */
  readonly outcomes: readonly VoteRow[];
  readonly verdict: 'holds' | 'broken' | 'proves nothing';
  readonly says: string;
};

const receiptFile = z.union([
  receiptSchema,
  z.looseObject({ receipt: receiptSchema }).transform(({ receipt }) => receipt),
]);

/** @throws Error with one sentence when the file holds no receipt. */
export function readReceipt(file: string): Receipt {
  try {
    return receiptFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Error(`${file}: this is no receipt as ingestion gives it`, { cause });
  }
}

/**
 * Looks up what became of one acknowledged vote: on the log, and in every votes database.
 * @throws Error when brokers or databases don't answer.
 */
export async function stateReceipt(
  { brokers, databaseUrls, namespace }: Pick<AuditOptions, 'brokers' | 'databaseUrls' | 'namespace'>,
  receipt: Receipt,
): Promise<ReceiptStatement> {
  const topics = topicNames(namespace);
  const log = openLogReader(brokers);
  try {
    const book = await readBook(log, topics.elections);
    const genuine = (await receiptFault(receipt, topics.votes, book.find)) ?? true;
    const voteId = fromBase64url(receipt.voteId) ?? new Uint8Array();
    const record = await readRecord(log, topics.votes, receipt);
    const judged = record && judgeRecord(record.value, record.castAt, book.find, createTokenVerifier());
    const place = { electionId: receipt.electionId, voteId };
    const outcomes = (await Promise.all([...new Set(databaseUrls)].map(url => findVote(url, place)))).flat();
    const { electionId, topic, partition, offset, timestamp } = receipt;
    return {
      statedAt: new Date().toISOString(),
      receipt: { electionId, voteId: receipt.voteId, topic, partition, offset, timestamp },
      ...conclude({ genuine, voteId, timestamp, electionId }, record, judged, outcomes),
    };
  } finally {
    await log.close();
  }
}

async function readBook(log: LogReader, topic: string): Promise<ElectionBook> {
  const book = createElectionBook();
  for (const range of await log.ranges(topic))
    await log.read(topic, range, ({ key, value, castAt }) => book.apply({ key, value, appendedAt: castAt }));
  return book;
}

async function readRecord(log: LogReader, topic: string, receipt: Receipt): Promise<LogRecord | undefined> {
  const offset = Number(receipt.offset);
  const range = (await log.ranges(topic)).find(({ partition }) => partition === receipt.partition);
  if (topic !== receipt.topic || !range || offset < range.start || offset >= range.end) return undefined;
  const one: PartitionRange = { partition: receipt.partition, start: offset, end: offset + 1 };
  let found: LogRecord | undefined;
  await log.read(topic, one, record => {
    found = record;
  });
  return found;
}

type Claim = {
  readonly genuine: true | string;
  readonly voteId: Uint8Array;
  readonly electionId: string;
  readonly timestamp: number;
};

/** Weighs what was found; no I/O. */
export function conclude(
  claim: Claim,
  record: Pick<LogRecord, 'castAt'> | undefined,
  judged: JudgedRecord | undefined,
  outcomes: readonly VoteRow[],
): Omit<ReceiptStatement, 'statedAt' | 'receipt'> {
  const found: ReceiptStatement['record'] =
    record && judged ? whose(claim, record.castAt, judged) : 'nothing';
  const failingCheck =
    judged && judged.state !== 'unreadable' && found === 'this vote' ? judged.code : undefined;
  const facts = {
    genuine: claim.genuine,
    record: found,
    ...(failingCheck === undefined ? {} : { failingCheck }),
    outcomes,
  };
  if (claim.genuine !== true)
    return { ...facts, verdict: 'proves nothing', says: `The receipt is not genuine: ${claim.genuine}.` };
  if (found !== 'this vote')
    return {
      ...facts,
      verdict: 'broken',
      says: `The receipt is genuine, and the log has ${found} at its position (INV-1, INV-8).`,
    };
  if (failingCheck !== '')
    return {
      ...facts,
      verdict: 'broken',
      says: `The vote was acknowledged, but it is not valid: ${failingCheck}.`,
    };
  return { ...facts, ...became(outcomes) };
}

function whose(
  { voteId, electionId, timestamp }: Claim,
  castAt: number,
  judged: JudgedRecord,
): ReceiptStatement['record'] {
  if (judged.state === 'unreadable' || !judged.voteId) return 'another vote';
  const same = Buffer.compare(judged.voteId, voteId) === 0 && judged.vote.electionId === electionId;
  return same && castAt === timestamp ? 'this vote' : 'another vote';
}

function became(outcomes: readonly VoteRow[]): Pick<ReceiptStatement, 'verdict' | 'says'> {
  const has = (outcome: string) => outcomes.some(row => row.outcome === outcome);
  if (has('counted')) return { verdict: 'holds', says: 'The vote is on the log and counted.' };
  if (has('superseded') || has('older-revision'))
    return {
      verdict: 'holds',
      says: 'The vote is on the log; a later vote of the same voter counts in its place.',
    };
  if (outcomes.length === 0)
    return { verdict: 'holds', says: 'The vote is on the log and has not been processed yet: ask again.' };
  return { verdict: 'broken', says: 'The vote is on the log and valid, and it is not counted (INV-2).' };
}
