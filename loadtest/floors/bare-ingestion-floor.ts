/**
 * The least that ingestion can cost without HTTP: the same requests are read by the generated decoder, as the floor of REST looks at its
 * bodies, one token is verified, and ready-made batches are sent, at a given rate.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CastVoteRequest } from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import { COMPILE_SOONER, GROW_MORE, setFlags } from '@suffrage/runtime/v8-flags';
import { requestOf } from '../bench/grpc-senders.ts';
import { firstRecords, readVotes } from '../bench/votes.ts';
import { type FloorLoad, readSettings, tell } from './floor-process.ts';
import { oneToken } from './one-token.ts';
import { BATCH, openReadyLog } from './ready-log.ts';

// As ingestion does.
setFlags([...GROW_MORE, ...COMPILE_SOONER]);
const settings = readSettings();
const votes = readVotes(settings.source);
const log = openReadyLog(settings.brokers, settings.topic, settings.partitions, firstRecords(votes, BATCH));
const verifyToken = oneToken(votes);
const requests = Array.from({ length: Math.min(BATCH, votes.length) }, (_, index) =>
  CastVoteRequest.encode(requestOf(votes, index)).finish(),
);

async function run({ rate, seconds, collectMillis }: FloorLoad): Promise<void> {
  const total = Math.round(rate * seconds);
  const begun = performance.now();
  for (let made = 0; made < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) * rate) / 1000) + 1);
    for (; made < due; made += 1) {
      const request = requests[made % requests.length];
      if (request) CastVoteRequest.decode(request);
      verifyToken();
      log.append();
    }
    await sleep(collectMillis);
  }
}

tell({ address: '', done: log.appended, run });
