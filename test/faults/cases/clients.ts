import { request } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { castVote } from '@suffrage/client/cast-vote';
import { isRetryable } from '@suffrage/client/problem';
import { type SignedBallot, toBody } from '@suffrage/client/transport';
import type { ErrorCode } from '@suffrage/contracts/errors';
import { createBallots } from '../ballots.ts';
import type { FaultCase, Stage } from '../fault-case.ts';
import { castJournalled, untilAcknowledged } from '../load.ts';

const COPIES = 5_000;
const AT_ONCE = 500;

/** One vote, many times at once, through every way in: all copies are accepted, and it counts once. */
async function castCopies({ world, elections, random, journal, happened, problem }: Stage): Promise<void> {
  const ballot = createBallots(elections, random).next();
  let refused = 0;
  for (let sent = 0; sent < COPIES; sent += AT_ONCE) {
    const copies = Array.from({ length: AT_ONCE }, (_, copy) => {
      const transport = world.transports[copy % world.transports.length];
      if (!transport) throw new Error('there is no ingestion process');
      return castJournalled(ballot, transport, journal, answer => {
        if (answer.kind === 'refused' && answer.refusal.code === 'internal') refused += 1;
      });
    });
    await Promise.all(copies);
    happened('copy', AT_ONCE);
  }
  if (refused > 0) problem(`${refused} copies were answered with an internal error`);
}

const STORM_CLIENTS = 40;
const STORM_MILLIS = 8_000;
const REPEATS_OF_A_VOTE = 30;
/** Some requests are answered in time and others are not: 19 % and 49 % were, with the suite and all clients on two CPUs. */
const LONGEST_PATIENCE_MILLIS = 200;

/** Clients that repeat at once whatever they get, without waiting for an answer: half of them valid votes, half forged ones. */
async function stormOfRetries(stage: Stage): Promise<void> {
  const ballots = createBallots(stage.elections, stage.random);
  const until = Date.now() + STORM_MILLIS;
  const tally: Tally = { acknowledged: 0, givenUp: 0, refused: new Set() };
  const forging = Array.from({ length: STORM_CLIENTS }, async (_, client) => {
    const forged = ballots.forged();
    while (Date.now() < until) {
      const transport = stage.world.transports[client % stage.world.transports.length];
      await transport?.(forged, AbortSignal.timeout(50 + Math.floor(stage.random() * 100)));
      stage.happened('request given up or refused');
    }
  });
  const repeating = Array.from({ length: STORM_CLIENTS }, async () => {
    while (Date.now() < until) await repeatAtOnce(stage, ballots.next(), tally);
  });
  await Promise.all([...forging, ...repeating]);
  stage.happened('valid vote repeated and acknowledged', tally.acknowledged);
  stage.happened('valid vote repeated and given up', tally.givenUp);
  if (tally.acknowledged === 0) stage.problem('no repeated vote was acknowledged in the storm itself');
  if (tally.givenUp === 0)
    stage.problem('no request of a valid vote was given up: nothing was repeated in doubt');
  if (tally.refused.size > 0) stage.problem(`valid votes were refused: ${[...tally.refused].join(', ')}`);
}

/** `refused`: with which codes although the vote is valid and the server not at its limit. */
type Tally = { acknowledged: number; givenUp: number; readonly refused: Set<string> };

/**
 * One valid vote, again and again through every process and transport, each time given up after a moment; then once as a
 * patient client does it. Each receipt is in the journal, the last one for certain: the vote must be counted, once.
 */
async function repeatAtOnce(
  { world, random, journal }: Stage,
  ballot: SignedBallot,
  tally: Tally,
): Promise<void> {
  const { voteIdText: voteId, election } = ballot.vote;
  await journal.write({ kind: 'intent', electionId: election.definition.id, voteId, at: Date.now() });
  const ways = world.transports;
  const first = Math.floor(random() * ways.length);
  const wayOf = (repeat: number) => {
    const transport = ways[(first + repeat) % ways.length];
    if (!transport) throw new Error('there is no ingestion process');
    return transport;
  };
  const written: Promise<void>[] = [];
  for (let repeat = 0; repeat < REPEATS_OF_A_VOTE; repeat += 1) {
    const result = await castVote(wayOf(repeat), ballot, {
      maxAttempts: 1,
      signal: AbortSignal.timeout(Math.ceil(random() * LONGEST_PATIENCE_MILLIS)),
      onAttempt: answer => {
        if (answer.kind === 'no-answer') tally.givenUp += 1;
        if (answer.kind === 'refused' && isWrong(answer.refusal.code)) tally.refused.add(answer.refusal.code);
      },
    });
    if (result.status !== 'accepted') continue;
    tally.acknowledged += 1;
    written.push(journal.write({ kind: 'receipt', receipt: result.receipt, at: Date.now() }));
  }
  await Promise.all(written);
  await castJournalled(ballot, wayOf(0), journal, () => undefined);
}

const isWrong = (code: ErrorCode) => code === 'internal' || !isRetryable(code);

/** Ports where ingestion answers HTTP and gRPC. */
function portsOf({ world }: Stage): { readonly http: readonly number[]; readonly grpc: readonly number[] } {
  const portOf = (address: string) => Number(new URL(address).port);
  return {
    http: world.services.urls('ingestion').map(portOf),
    grpc: world.services.grpcAddresses().map(address => portOf(`http://${address}`)),
  };
}

const SLOW_CONNECTIONS = 300;
/** Header and request time-outs of the servers are 5 s and 10 s; Node looks at them every 30 s. */
const CUT_OFF_MILLIS = 45_000;

/** Connections that send a byte now and then and never finish: each must be cut off, and nobody else must notice. */
async function slowly(stage: Stage, head: string): Promise<void> {
  const { http } = portsOf(stage);
  const open = new Set(
    Array.from({ length: SLOW_CONNECTIONS }, (_, place) =>
      createConnection({ host: '127.0.0.1', port: http[place % http.length] ?? 0 }),
    ),
  );
  for (const socket of open) {
    socket.on('error', () => undefined);
    // Reading lets the answer and the end come through.
    socket.resume();
    socket.on('close', () => open.delete(socket));
    socket.write(head);
  }
  const begun = stage.load.acknowledged();
  const deadline = Date.now() + CUT_OFF_MILLIS;
  while (open.size > 0 && Date.now() < deadline) {
    for (const socket of open) socket.write('x');
    await sleep(1_000);
  }
  stage.happened('slow connection cut off', SLOW_CONNECTIONS - open.size);
  if (open.size > 0)
    stage.problem(`${open.size} slow connections were still open after ${CUT_OFF_MILLIS / 1000} s`);
  if (stage.load.acknowledged() === begun) stage.problem('other clients were not served meanwhile');
  for (const socket of open) socket.destroy();
}

/** What is sent, and which answers are right: never 5xx. */
async function hostileBodies(stage: Stage): Promise<void> {
  const { elections, random, happened, problem } = stage;
  const { election } = elections.revotable;
  const path = `/v1/elections/${election.definition.id}/votes`;
  const json = { 'content-type': 'application/json' };
  const good = JSON.stringify(toBody(createBallots(elections, random).next()));
  const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  const attacks = [
    { what: 'oversize', headers: json, body: `{"salt":"${'a'.repeat(10 * 1024 * 1024)}"}` },
    { what: 'gzip bomb', headers: { ...json, 'content-encoding': 'gzip' }, body: zeros },
    { what: '10,000 levels of JSON', headers: json, body: deep },
    { what: '7,000 levels of JSON within the limit', headers: json, body: deep.slice(3_000, 17_000) },
    { what: 'prototype', headers: json, body: good.replace('{', '{"__proto__":{"x":1},') },
    { what: 'not UTF-8', headers: json, body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
    { what: 'a length that is no number', headers: { ...json, 'content-length': 'many' }, body: good },
    { what: 'another type', headers: { 'content-type': 'application/xml' }, body: '<vote/>' },
  ];
  for (const port of portsOf(stage).http) {
    for (const { what, headers, body } of attacks) {
      const status = await send(port, path, headers, body);
      happened('hostile body');
      if (status >= 500 || (status >= 200 && status < 300))
        problem(`${what} was answered ${status} instead of a refusal`);
    }
  }
}

/** The status, or 0 when the connection was cut: that is a refusal too. */
function send(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): Promise<number> {
  return new Promise(resolve => {
    try {
      const sending = request({ host: '127.0.0.1', port, path, method: 'POST', headers }, response => {
        response.resume();
        resolve(response.statusCode ?? 0);
        sending.destroy();
      });
      sending.on('error', () => resolve(0));
      sending.end(body);
    } catch {
      resolve(0);
    }
  });
}

/** Streams that are opened and reset at once, as fast as it goes (CVE-2023-44487), while others vote over the same port. */
async function resetStreams(stage: Stage): Promise<void> {
  const begun = stage.load.acknowledged();
  const attackers = portsOf(stage).grpc.map(async port => {
    const until = Date.now() + 10_000;
    while (Date.now() < until) {
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      session.on('error', () => undefined);
      for (let round = 0; round < 20 && !session.destroyed; round += 1) {
        for (let one = 0; one < 50 && !session.destroyed; one += 1) {
          const stream = session.request({
            ':method': 'POST',
            ':path': '/suffrage.v1.VoteService/CastVote',
            'content-type': 'application/grpc',
            te: 'trailers',
          });
          stream.on('error', () => undefined);
          stream.close(constants.NGHTTP2_CANCEL);
          stage.happened('stream reset');
        }
        await sleep(5);
      }
      session.destroy();
    }
  });
  await Promise.all(attackers);
  if (stage.load.acknowledged() === begun) stage.problem('other clients were not served meanwhile');
  await untilAcknowledged(stage.load, 100);
}

export const clientCases: readonly FaultCase[] = [
  {
    name: 'client-copies',
    what: 'One vote 5,000 times, over both processes and transports.',
    run: castCopies,
  },
  {
    name: 'client-retry-storm',
    what: 'Clients that repeat valid and forged votes without waiting for an answer.',
    run: stormOfRetries,
  },
  {
    name: 'client-slow-headers',
    what: '300 connections whose headers never end.',
    run: stage => slowly(stage, 'POST /v1/elections/some/votes HTTP/1.1\r\nhost: x\r\nx-slow: '),
  },
  {
    name: 'client-slow-body',
    what: '300 connections whose body never ends.',
    run: stage =>
      slowly(
        stage,
        'POST /v1/elections/some/votes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n',
      ),
  },
  {
    name: 'client-hostile-bodies',
    what: 'Oversize, a gzip bomb, JSON 10,000 levels deep and the like: refused, never 5xx.',
    run: hostileBodies,
  },
  {
    name: 'client-stream-resets',
    what: 'HTTP/2 streams are opened and reset at once on the gRPC port.',
    run: resetStreams,
  },
];
