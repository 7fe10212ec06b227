import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { toBase64url } from '@suffrage/contracts/bytes';
import { refuse, toProblem } from '@suffrage/contracts/errors';
import { Redacted } from '@suffrage/contracts/redacted';
import { createReceiptSigner } from '@suffrage/contracts/sign-receipts.node';
import { testElection } from '@suffrage/contracts/testing.node';
import { castVote } from './cast-vote.ts';
import { grpcTransport } from './grpc-transport.node.ts';
import { prepareVote } from './prepare-vote.ts';
import { restTransport } from './transport.ts';

const { election, receiptKeyPem, tokenKeyId } = testElection();
const sign = createReceiptSigner(receiptKeyPem, 'ingestion-0');
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const prepared = prepareVote(election.definition, { mayor: ['mayor-1'] });
if (!prepared.ok) throw new Error(prepared.code);
const ballot = {
  vote: prepared.vote,
  token: {
    token: new Redacted(new Uint8Array(256)),
    tokenKeyId,
    revision: 0,
    voterReference: new Redacted(new Uint8Array()),
  },
};
const acceptance = {
  electionId: election.definition.id,
  voteId: prepared.vote.voteId,
  topic: 'votes',
  partition: 0,
  offset: 7n,
  timestamp: 1,
};
const [receipt] = sign([acceptance]);

type Reply = { status: number; body: unknown; retryAfter?: string } | 'hang up';
const local: Reply = {
  status: 202,
  body: { durability: 'local', electionId: election.definition.id, voteId: prepared.vote.voteIdText },
};
const refusal = (code: Parameters<typeof refuse>[0]): Reply => ({
  status: toProblem(refuse(code)).status,
  body: toProblem(refuse(code)),
});

/** An HTTP server that gives these replies one after the other, and keeps the bodies it got. */
async function server(replies: readonly Reply[]) {
  const bodies: string[] = [];
  const http = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      const reply = replies[bodies.length] ?? 'hang up';
      bodies.push(body);
      if (reply === 'hang up') return request.socket.destroy();
      return response
        .writeHead(reply.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(reply.body));
    });
  });
  await new Promise<void>(resolve => {
    http.listen(0, '127.0.0.1', resolve);
  });
  closing.push(() => {
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, bodies };
}

test('the same vote is sent again after a refusal for the moment, an unknown outcome and a broken connection', async () => {
  const { url, bodies } = await server([
    refusal('overloaded'),
    'hang up',
    refusal('outcome-unknown'),
    { status: 201, body: receipt },
  ]);
  const result = await castVote(restTransport(url), ballot);
  expect(result).toMatchObject({ status: 'accepted', attempts: 4, receipt });
  expect(new Set(bodies).size).toBe(1);
});

test('a request without an answer says what the network did', async () => {
  const { url } = await server(['hang up']);
  expect(await restTransport(url)(ballot, AbortSignal.timeout(5_000))).toEqual({
    kind: 'no-answer',
    reason: 'UND_ERR_SOCKET',
  });
});

test('a final refusal is not repeated', async () => {
  const { url, bodies } = await server([refusal('token-invalid'), { status: 201, body: receipt }]);
  expect(await castVote(restTransport(url), ballot)).toMatchObject({
    status: 'refused',
    refusal: { code: 'token-invalid' },
  });
  expect(bodies).toHaveLength(1);
});

test('a final refusal after an attempt without a certain answer leaves the outcome unknown', async () => {
  const answers: Reply[] = ['hang up', refusal('outcome-unknown')];
  for (const unclear of answers) {
    const { url } = await server([unclear, refusal('election-closed')]);
    expect(await castVote(restTransport(url), ballot)).toMatchObject({ status: 'unknown', attempts: 2 });
  }
  const { url } = await server([refusal('overloaded'), refusal('election-closed')]);
  expect(await castVote(restTransport(url), ballot)).toMatchObject({ status: 'refused', attempts: 2 });
});

test('a receipt that does not verify, or is for another vote, is no acceptance', async () => {
  const [other] = sign([{ ...acceptance, voteId: new Uint8Array(32) }]);
  const forged = { ...receipt, signature: toBase64url(new Uint8Array(64)) };
  const { url } = await server([
    { status: 201, body: forged },
    { status: 201, body: other },
    { status: 201, body: receipt },
  ]);
  expect(await castVote(restTransport(url), ballot)).toMatchObject({ status: 'accepted', attempts: 3 });
});

test('a vote that is only on the disk of an instance is sent again until there is a receipt', async () => {
  const { url, bodies } = await server([local, local, { status: 201, body: receipt }]);
  expect(await castVote(restTransport(url), ballot)).toMatchObject({ status: 'accepted', attempts: 3 });
  expect(new Set(bodies).size).toBe(1);
});

test('a vote that is only on the disk of an instance ends when the results count it', async () => {
  const { url } = await server([local, local, local]);
  let asked = 0;
  const result = await castVote(restTransport(url), ballot, {
    isCounted: async () => (asked += 1) === 2,
  });
  expect(result).toEqual({ status: 'counted', attempts: 2 });
});

test('a vote held on a disk, or of unknown outcome, before the closing is not told to be refused after it', async () => {
  const held = await server([local, refusal('election-closed')]);
  expect(await castVote(restTransport(held.url), ballot)).toEqual({
    status: 'unknown',
    heldLocally: true,
    attempts: 2,
  });
  const doubtful = await server([refusal('outcome-unknown'), refusal('election-closed')]);
  expect(await castVote(restTransport(doubtful.url), ballot)).toEqual({
    status: 'unknown',
    heldLocally: false,
    attempts: 2,
  });
  const late = await server([refusal('overloaded'), refusal('election-closed')]);
  expect(await castVote(restTransport(late.url), ballot)).toMatchObject({ status: 'refused' });
});

test('without an answer before the deadline the outcome is unknown', async () => {
  const { url } = await server([]);
  expect(await castVote(restTransport(url), ballot, { deadlineMillis: 300 })).toMatchObject({
    status: 'unknown',
  });
});

test('a gRPC transport that was closed gives no answer, and does not throw', async () => {
  const { transport, close } = grpcTransport('127.0.0.1:1');
  close();
  expect(await transport(ballot, AbortSignal.timeout(1_000))).toMatchObject({ kind: 'no-answer' });
});

test('marks that do not fit the ballot are refused before anything is asked for', () => {
  expect(prepareVote(election.definition, { mayor: ['nobody'] })).toMatchObject({
    code: 'option-unknown',
    field: 'selections.mayor[0]',
  });
});
