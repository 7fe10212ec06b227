/** The least that ingestion can cost whatever the transport: one verification and ready-made batches, at a given rate. */
import { setTimeout as sleep } from 'node:timers/promises';
import { firstRecords, readVotes } from '../bench/votes.ts';
import { type FloorLoad, readSettings, tell } from './floor-process.ts';
import { oneToken } from './one-token.ts';
import { BATCH, openReadyLog } from './ready-log.ts';

const settings = readSettings();
const votes = readVotes(settings.source);
const log = openReadyLog(settings.brokers, settings.topic, settings.partitions, firstRecords(votes, BATCH));
const verifyToken = oneToken(votes);

async function run({ rate, seconds, collectMillis }: FloorLoad): Promise<void> {
  const total = Math.round(rate * seconds);
  const begun = performance.now();
  for (let made = 0; made < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) * rate) / 1000) + 1);
    for (; made < due; made += 1) {
      verifyToken();
      log.append();
    }
    await sleep(collectMillis);
  }
}

tell({ address: '', done: log.appended, run });
