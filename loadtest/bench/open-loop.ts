import { setTimeout as sleep } from 'node:timers/promises';
import { type Quantiles, quantiles } from './quantiles.ts';
import type { Place, Sender } from './senders.ts';

/** One stretch of load. */
export type Load = {
  /** Votes a second, sent when they are due whether or not earlier ones have been answered. */
  readonly rate: number;
  readonly seconds: number;
  /** Share of votes that were sent before in this cell. */
  readonly duplicates: number;
  /** First vote of the set that has not been sent yet. */
  readonly from: number;
  /** First vote of the set that repeats may be taken of. */
  readonly repeatFrom: number;
  /** Votes that may be used where the refused are cast again, as voters do, before others. Default: each vote is cast once. */
  readonly castAgainWithin?: number;
  /** Every so many accepted votes one receipt is read; 0: none. */
  readonly sampleEvery: number;
};

/** An accepted vote whose receipt was read. Milliseconds since 1970. */
export type Sample = Place & { readonly at: number };

export type LoadResult = {
  readonly sent: number;
  /** Of these, votes that had not been sent before. */
  readonly fresh: number;
  readonly accepted: number;
  /** Accepted before the last vote was due. */
  readonly acceptedInTime: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  /** From the moment a vote was due to be sent until its receipt. */
  readonly acknowledgedMillis: Quantiles;
  readonly refusedMillis: Quantiles;
  readonly samples: readonly Sample[];
  /** Seconds that the sending took; longer than asked for when the client could not keep up. */
  readonly seconds: number;
};

const TICK_MILLIS = 1;
const ANSWERS_DEADLINE_MILLIS = 20_000;

/** Sends at a fixed rate and resolves when every vote has its answer. */
export async function runLoad(load: Load, sender: Sender): Promise<LoadResult> {
  const { rate, duplicates, from, repeatFrom, sampleEvery, castAgainWithin } = load;
  const total = Math.round(rate * load.seconds);
  const [acknowledged, refusals]: [number[], number[]] = [[], []];
  const [refused, failed]: [Record<string, number>, Record<string, number>] = [{}, {}];
  const toCastAgain: number[] = [];
  const samples: Sample[] = [];
  const { promise: allAnswered, resolve } = Promise.withResolvers<void>();
  if (total === 0) resolve();
  const begun = performance.now();
  const ends = begun + load.seconds * 1000;
  let [sent, fresh, answers, acceptedInTime] = [0, 0, 0, 0];

  const sendNext = () => {
    const due = begun + (sent * 1000) / rate;
    const isRepeat = fresh > 0 && Math.floor((sent + 1) * duplicates) > Math.floor(sent * duplicates);
    const index = isRepeat
      ? repeatFrom + Math.floor(Math.random() * (from + fresh - repeatFrom))
      : (toCastAgain.pop() ?? from + fresh++);
    if (castAgainWithin !== undefined && fresh > castAgainWithin)
      throw new Error(`more than ${castAgainWithin} votes were accepted or have no answer yet`);
    sent += 1;
    sender.send(index, answer => {
      const now = performance.now();
      switch (answer.kind) {
        case 'accepted':
          acknowledged.push(now - due);
          if (now <= ends) acceptedInTime += 1;
          if (sampleEvery > 0 && acknowledged.length % sampleEvery === 0)
            samples.push({ ...answer.place(), at: performance.timeOrigin + now });
          break;
        case 'refused':
          refusals.push(now - due);
          refused[answer.code] = (refused[answer.code] ?? 0) + 1;
          if (castAgainWithin !== undefined) toCastAgain.push(index);
          break;
        case 'failed':
          failed[answer.code] = (failed[answer.code] ?? 0) + 1;
      }
      answers += 1;
      if (answers === total) resolve();
    });
  };

  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) * rate) / 1000) + 1);
    while (sent < due) sendNext();
    await sleep(TICK_MILLIS);
  }
  const seconds = (performance.now() - begun) / 1000;
  const late = sleep(ANSWERS_DEADLINE_MILLIS, undefined, { ref: false });
  await Promise.race([allAnswered, late]);
  if (answers < total) failed['no-answer'] = total - answers;
  return {
    sent,
    fresh,
    accepted: acknowledged.length,
    acceptedInTime,
    refused,
    failed,
    acknowledgedMillis: quantiles(acknowledged),
    refusedMillis: quantiles(refusals),
    samples,
    seconds,
  };
}
