import type { Election } from '@suffrage/contracts/ballot';
import { fromBase64url } from '@suffrage/contracts/bytes';
import { checkReceipt } from '@suffrage/contracts/check-receipt';
import { type Receipt, receiptSchema } from '@suffrage/contracts/receipt';
import { z } from 'zod';
import { type Case, hexOf } from './case.ts';
import { type EntrySink, MAX_OFFSET, MAX_PARTITION } from './entry.ts';
import type { Finding, Place } from './findings.ts';
import type { SeenRecord } from './judge-chunk.ts';
import { isGap } from './match-rows.ts';
import type { PartitionRange } from './ranges.ts';
import type { JournalLines } from './read-journal.ts';
import type { Order } from './sort/sort-entries.ts';
import { SLICES } from './sort/sort-run.ts';

/**
 * A journal is what a client kept: one JSON object a line. A line with `receipt` and either no `kind` or `kind: "receipt"`
 * holds a receipt as ingestion gave it; `kind: "intent"` says that a vote was about to be sent; other kinds and all other
 * members are the client's own.
 */
const journalLine = z.looseObject({ kind: z.string().optional(), receipt: z.unknown().optional() });

/** Offsets whose receipts lie together. */
const STRETCH = 2 ** 15;

/**
 * Receipts wait on disk for the records at their positions. Byte 0: slice of the stretch of its partition; 1: partition,
 * u32; 5: offset, u48; 11: vote ID, 32; 43: timestamp, f64; 51: election, u32.
 */
export const RECEIPT_BYTES = 56;
export const receiptOrder: Order = {
  entryBytes: RECEIPT_BYTES,
  compare: (a, aAt, b, bAt) => a.compare(b, bAt, bAt + 43, aAt, aAt + 43),
};

/** The slices in which the receipts of a range lie. */
export function receiptSlices({ partition, start, end }: PartitionRange): number[] {
  const slices = new Set<number>();
  for (let offset = start; offset < end && slices.size < SLICES; offset += STRETCH)
    slices.add(sliceOf(partition, offset));
  if (end > start) slices.add(sliceOf(partition, end - 1));
  return [...slices];
}

function sliceOf(partition: number, offset: number): number {
  return (partition * 31 + Math.floor(offset / STRETCH)) % SLICES;
}

/** Verifies the receipts of some lines and writes those that hold so far. @throws Error for a line that is no JSON. */
export async function takeJournal(
  theCase: Case,
  topic: string,
  { file, first, lines }: JournalLines,
  entries: EntrySink,
): Promise<void> {
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const { kind, receipt } = readLine(line, `${file}, line ${first + index}`);
    if (kind === 'intent') theCase.receipts.intents += 1;
    if (receipt === undefined || (kind !== undefined && kind !== 'receipt')) continue;
    await takeReceipt(theCase, topic, receipt, entries);
  }
}

function readLine(line: string, where: string): z.infer<typeof journalLine> {
  try {
    return journalLine.parse(JSON.parse(line));
  } catch (cause) {
    throw new Error(`${where}: this is no line of a journal, which is a JSON object`, { cause });
  }
}

async function takeReceipt(theCase: Case, topic: string, given: unknown, entries: EntrySink): Promise<void> {
  theCase.receipts.supplied += 1;
  const parsed = receiptSchema.safeParse(given);
  if (!parsed.success) {
    theCase.findings.add('receipt-invalid', 'a line of the journal has a receipt that is none');
    return;
  }
  const receipt = parsed.data;
  const place = placeOfReceipt(receipt);
  const wrong = await receiptFault(receipt, topic, theCase.findElection);
  if (wrong !== undefined) {
    theCase.findings.add('receipt-invalid', `the receipt does not hold: ${wrong}`, place);
    return;
  }
  const { partition, timestamp } = receipt;
  const offset = Number(receipt.offset);
  const range = theCase.ranges.find(each => each.partition === partition);
  if (!range || offset < range.start || offset >= range.end) {
    theCase.findings.add(
      'acknowledged-missing',
      'the log has no record at the position of the receipt',
      place,
    );
    return;
  }
  const at = entries.next();
  const entry = entries.bytes();
  entry[at] = sliceOf(partition, offset);
  entry.writeUInt32BE(partition, at + 1);
  entry.writeUIntBE(offset, at + 5, 6);
  entry.set(fromBase64url(receipt.voteId) ?? [], at + 11);
  entry.writeDoubleBE(timestamp, at + 43);
  entry.writeUInt32BE(theCase.electionIds.indexOf(receipt.electionId), at + 51);
}

/** Why a receipt proves nothing, by itself and the definitions alone; `undefined` when it holds. */
export async function receiptFault(
  receipt: Receipt,
  topic: string,
  findElection: (electionId: string) => Election | undefined,
): Promise<string | undefined> {
  const election = findElection(receipt.electionId);
  if (!election) return 'there is no such election';
  if (receipt.topic !== topic) return `it is of topic ${receipt.topic}`;
  if (receipt.partition > MAX_PARTITION || Number(receipt.offset) > MAX_OFFSET) return 'no log is that long';
  const checked = await checkReceipt(receipt, election.definition.receiptKeys);
  return checked.ok ? undefined : checked.reason;
}

function placeOfReceipt({ partition, offset, electionId, voteId }: Receipt): Place {
  return { partition, offset: Number(offset), electionId, voteId: hexOf(fromBase64url(voteId) ?? null) };
}

/** What a receipt says of one position. */
export type Acknowledged = {
  readonly offset: number;
  readonly voteId: Buffer;
  readonly castAt: number;
  readonly electionId: string;
};

/** The receipts of a range, by offset. */
export type AcknowledgedByOffset = Map<number, Acknowledged[]>;

/** Adds the receipt that begins there, if it is one of the range. */
export function addReceipt(
  theCase: Case,
  found: AcknowledgedByOffset,
  { partition, start, end }: PartitionRange,
  entry: Buffer,
  at: number,
): void {
  const offset = entry.readUIntBE(at + 5, 6);
  if (entry.readUInt32BE(at + 1) !== partition || offset < start || offset >= end) return;
  const receipt = {
    offset,
    voteId: Buffer.from(entry.subarray(at + 11, at + 43)),
    castAt: entry.readDoubleBE(at + 43),
    electionId: theCase.electionIds[entry.readUInt32BE(at + 51)] ?? '',
  };
  const others = found.get(offset);
  if (others) others.push(receipt);
  else found.set(offset, [receipt]);
}

/** INV-8 and INV-9: the record at a receipt's position is the vote that was acknowledged, and a valid one. */
export function holdRecord(
  theCase: Case,
  partition: number,
  { castAt, judged }: SeenRecord,
  receipts: readonly Acknowledged[],
): void {
  for (const receipt of receipts) {
    const place = placeOfAcknowledged(partition, receipt);
    const differing = differences(receipt, castAt, judged);
    const fault = differing.length > 0 ? undefined : faultOf(judged);
    if (differing.length > 0) {
      const message = `the record at the receipt's position has another ${differing.join(', ')}`;
      theCase.findings.add('receipt-mismatch', message, place);
    } else if (fault) {
      theCase.findings.add(fault.kind, `the record was acknowledged, but is ${fault.code}`, place);
    } else theCase.receipts.hold += 1;
  }
}

function differences(receipt: Acknowledged, castAt: number, judged: SeenRecord['judged']): string[] {
  if (judged.state === 'unreadable') return ['content: it is no vote record'];
  const differing: string[] = [];
  if (!judged.voteId || receipt.voteId.compare(judged.voteId) !== 0) differing.push('vote ID');
  if (receipt.electionId !== judged.vote.electionId) differing.push('election');
  if (receipt.castAt !== castAt) differing.push('timestamp');
  return differing;
}

function faultOf(
  judged: SeenRecord['judged'],
): { readonly kind: Finding['kind']; readonly code: string } | undefined {
  if (judged.state !== 'invalid') return undefined;
  const { code } = judged;
  const outOfTime = code === 'election-not-yet-open' || code === 'election-closed';
  return { kind: outOfTime ? 'acknowledged-out-of-time' : 'acknowledged-invalid', code };
}

/** INV-1: receipts whose positions fall into gaps. */
export function missAcknowledged(
  theCase: Case,
  partition: number,
  receipts: ReadonlyMap<number, readonly Acknowledged[]>,
): void {
  if (theCase.gaps.length === 0) return;
  for (const receipt of [...receipts.values()].flat()) {
    if (!isGap(theCase, partition, receipt.offset)) continue;
    const message = 'the log has no record at the position of the receipt';
    theCase.findings.add('acknowledged-missing', message, placeOfAcknowledged(partition, receipt));
  }
}

function placeOfAcknowledged(partition: number, { offset, electionId, voteId }: Acknowledged): Place {
  return { partition, offset, electionId, voteId: hexOf(voteId) };
}
