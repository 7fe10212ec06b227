import { request } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { toBody } from '@suffrage/client/transport';
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

/** Clients that repeat at once whatever they get, without waiting for an answer. */
async function stormOfRetries({ world, elections, random, happened }: Stage): Promise<void> {
  const ballots = createBallots(elections, random);
  const storm = Array.from({ length: 40 }, async (_, client) => {
    const until = Date.now() + 8_000;
    const forged = ballots.forged();
    while (Date.now() < until) {
      const transport = world.transports[client % world.transports.length];
      await transport?.(forged, AbortSignal.timeout(50 + Math.floor(random() * 100)));
      happened('request given up or refused');
    }
  });
  await Promise.all(storm);
}

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
    what: 'Clients that repeat without waiting for an answer.',
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
