import { Counter, Rate, Trend } from 'k6/metrics';
import { scenario } from 'k6/execution';
import type { Answer } from './answer.ts';
import { grpcAddresses, ingestionUrls, ownFile, plan, receiptEvery, transport } from './environment.ts';
import { castOverGrpc } from './grpc.ts';
import { placeOf } from './plans.ts';
import { castOverRest } from './rest.ts';
import { readBody } from './votes-file.ts';

const counters: Readonly<Record<Answer['kind'], Counter>> = {
  accepted: new Counter('casts_accepted'),
  local: new Counter('casts_local'),
  busy: new Counter('casts_busy'),
  refused: new Counter('casts_refused'),
  unknown: new Counter('casts_unknown'),
};
const failed = new Rate('casts_failed');
const acknowledgement = new Trend('acknowledgement', true);

/** One arrival: the next vote of the file, to the next ingestion process. */
export async function castOne(): Promise<void> {
  const cast = ownFile ? scenario.iterationInInstance : scenario.iterationInTest;
  const body = await readBody(placeOf(cast, plan.copiesInTen));
  const keepReceipt = cast % receiptEvery === 0;
  const answer =
    transport === 'rest'
      ? castOverRest(turn(ingestionUrls, cast), body, keepReceipt)
      : castOverGrpc(turn(grpcAddresses, cast), body, keepReceipt);
  counters[answer.kind].add(1);
  failed.add(answer.kind !== 'accepted');
  if (answer.kind === 'accepted') acknowledgement.add(answer.millis);
  note(answer);
}

/** A line of the journal that the audit reads: receipts, and what went wrong. */
function note({ kind, receipt, code }: Answer): void {
  if (receipt !== undefined) console.log(`{"receipt":${receipt}}`);
  else if (code !== undefined) console.log(JSON.stringify({ kind: 'problem', answer: kind, code }));
}

function turn(addresses: readonly string[], cast: number): string {
  return addresses[cast % addresses.length] ?? '';
}
