import { credentials, Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { VoteServiceClient } from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { type Collector, collectorSettings, spansOf, startCollector } from '@suffrage/test/collector';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { post, voteBody, voteRequest } from '@suffrage/test/vote-body';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
let collector: Collector;
let bed: Testbed;

beforeAll(async () => {
  collector = await startCollector();
  Object.assign(process.env, collectorSettings(collector));
  process.env.OTEL_BSP_SCHEDULE_DELAY = '50';
  bed = await openTestbed();
}, 60_000);

afterAll(async () => {
  await bed.close();
  collector.close();
}, 60_000);

test('the caller’s trace goes on with a pseudonymous vote and never with a secret one, and no span holds a secret', async () => {
  const ingestion = await bed.ingestion();
  const secret = await bed.publishElection();
  const pseudonymous = await bed.publishElection({ mode: 'pseudonymous' });
  const headers = { 'content-type': 'application/json', traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
  const bodies = [secret, pseudonymous].map(made => ({
    made,
    body: voteBody(made.election, signedVote(made)),
  }));
  for (const { made, body } of bodies) {
    await until(
      'the vote is accepted',
      async () => (await post(ingestion.url, made.election.definition.id, body, headers)).status === 201,
    );
  }
  const records = await readLog(bed.kafka, bed.topics.votes);
  const headersOf = (id: string) =>
    records.filter(({ vote }) => vote?.electionId === id).map(record => record.headers);
  expect(headersOf(secret.election.definition.id)).toEqual([{}]);
  const [traced] = headersOf(pseudonymous.election.definition.id);
  expect(String(traced?.traceparent)).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));

  const spans = await until(
    'the collector has the spans',
    () => collector.received().includes('accepted') && collector.received(),
  );
  expect(spans).toContain('POST /v1/elections/{electionId}/votes');
  // Of the two requests of this trace one was secret: it leaves no span at all.
  expect(spansOf(collector).filter(({ name }) => name.startsWith('POST'))).toHaveLength(1);
  for (const { body } of bodies) {
    for (const planted of [body.salt, body.token, body.voterReference ?? body.salt, 'mayor-1']) {
      expect(spans).not.toContain(planted);
    }
  }
}, 30_000);

const CALL_TRACE = '2cf7651916cd43dd8448eb211c80319e';
const SECRET_CALL_TRACE = '3df7651916cd43dd8448eb211c80319f';

test('the time of a traced gRPC call names its trace, that of a call with a secret vote never', async () => {
  const ingestion = await bed.ingestion();
  const made = {
    secret: await bed.publishElection(),
    pseudonymous: await bed.publishElection({ mode: 'pseudonymous' }),
  };
  const client = new VoteServiceClient(ingestion.grpcAddress, credentials.createInsecure());
  const cast = (traceId: string, elections: readonly TestElection[]) => {
    const metadata = new Metadata();
    metadata.set('traceparent', `00-${traceId}-b7ad6b7169203331-01`);
    const votes = elections.map(election => voteRequest(election, signedVote(election)));
    return until('all votes are accepted', async () => {
      const results = await new Promise<readonly { receipt?: unknown }[]>((resolve, reject) =>
        client.castVotes({ votes }, metadata, (error, response) =>
          error ? reject(error) : resolve(response.results),
        ),
      );
      return results.every(({ receipt }) => receipt !== undefined);
    });
  };
  await cast(SECRET_CALL_TRACE, [made.pseudonymous, made.secret]);
  await cast(CALL_TRACE, [made.pseudonymous]);
  client.close();
  const metrics = await (await fetch(`http://127.0.0.1:${ingestion.metricsPort}/metrics`)).text();
  const ofCalls =
    /^suffrage_grpc_call_seconds_bucket\{.*method="suffrage\.v1\.VoteService\/CastVotes".*trace_id="(\w+)"/gm;
  expect([...metrics.matchAll(ofCalls)].map(([, traceId]) => traceId)).toContain(CALL_TRACE);
  expect(metrics).not.toContain(SECRET_CALL_TRACE);
}, 30_000);
