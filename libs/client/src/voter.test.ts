import { createServer } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import { refuse, toProblem } from '@suffrage/contracts/errors';
import { createReceiptSigner } from '@suffrage/contracts/sign-receipts.node';
import { testElection } from '@suffrage/contracts/testing.node';
import { blindSign } from '@suffrage/contracts/token-keys.node';
import { fileStore } from './file-store.node.ts';
import type { VoteStore } from './vote-store.ts';
import { createVoter, type VoterOptions } from './voter.ts';

jest.setTimeout(60_000);

/** Answers that real services give seldom; how the client does with real ones is test/client's business. */
const { election, receiptKeyPem, tokenKey } = testElection();
const { definition } = election;
const sign = createReceiptSigner(receiptKeyPem, 'ingestion-0');
const MARKED = { mayor: ['mayor-1'] };

type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'hang up';
type Ask = { readonly kind: 'token' | 'cast' | 'status'; readonly body: string; readonly bearer: string };
type Replies = Partial<Record<Ask['kind'], readonly Reply[]>>;

let directory: string;
const closing: (() => void)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'voter-'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await rm(directory, { recursive: true, force: true });
});

const refusal = (code: Parameters<typeof refuse>[0], headers = {}): Reply => ({
  status: toProblem(refuse(code)).status,
  body: toProblem(refuse(code)),
  headers,
});
const status = (word: string, voteId: string): Reply => ({
  status: 200,
  body: { electionId: definition.id, voteId, status: word },
});

/** All three services: the planned replies first, then those of services that do their work. */
async function startServices(planned: Replies = {}) {
  const asks: Ask[] = [];
  const left = structuredClone(planned) as Record<string, Reply[] | undefined>;
  let voteId = '';
  const work = ({ kind, body }: Ask): Reply => {
    if (kind === 'status') return status('counted', voteId);
    if (kind === 'cast') return { status: 201, body: receiptFor(voteId) };
    const signed = blindSign(tokenKey, fromBase64url(JSON.parse(body).blindedMessage) ?? new Uint8Array());
    if (!signed.ok) return refusal(signed.code);
    const blindSignature = toBase64url(signed.blindSignature);
    return { status: 200, body: { blindSignature, tokenKeyId: definition.tokenKeys[0]?.keyId } };
  };
  const http = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      const { url = '', method, headers } = request;
      const kind = url.endsWith('/tokens') ? 'token' : method === 'POST' ? 'cast' : 'status';
      const ask: Ask = { kind, body, bearer: headers.authorization ?? '' };
      asks.push(ask);
      const reply = left[kind]?.shift() ?? work(ask);
      if (reply === 'hang up') return request.socket.destroy();
      return response
        .writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
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
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const voter = (own: Partial<VoterOptions> = {}) =>
    createVoter({
      registrarUrl: url,
      ingestionUrl: url,
      resultsUrl: url,
      store: fileStore(directory),
      onProgress: progress => {
        ({ voteId } = progress);
      },
      ...own,
    });
  const of = (kind: Ask['kind']) => asks.filter(ask => ask.kind === kind);
  return { url, voter, of };
}

function receiptFor(voteId: string) {
  const id = fromBase64url(voteId) ?? new Uint8Array();
  return sign([
    { electionId: definition.id, voteId: id, topic: 'votes', partition: 0, offset: 7n, timestamp: 1 },
  ])[0];
}

const keptVotes = async () => (await readdir(directory)).filter(name => name.endsWith('.vote'));

test('a refused proof leaves the vote as it is, and another proof asks with the same bytes', async () => {
  const services = await startServices({
    token: [refusal('unauthorized'), { status: 401, body: { code: 'from-a-later-version' } }],
  });
  const voter = services.voter();
  const refused = { code: 'proof-refused', can: 'prove-again' };
  expect(await voter.cast(definition, MARKED, { bearer: 'first' })).toMatchObject(refused);
  expect(await voter.resume(definition.id)).toMatchObject(refused);
  expect(await voter.unfinished()).toMatchObject([{ electionId: definition.id, stage: 'prepared' }]);
  expect(await voter.cast(definition, MARKED)).toMatchObject({ code: 'vote-unfinished', can: 'resume' });
  expect(await voter.resume(definition.id, { code: 'second' })).toMatchObject({ ok: true });
  const asked = services.of('token');
  expect(asked.map(({ bearer }) => bearer)).toEqual(['Bearer first', 'Bearer first', '']);
  expect(asked.map(({ body }) => JSON.parse(body).code)).toEqual([undefined, undefined, 'second']);
  expect(new Set(asked.map(({ body }) => JSON.parse(body).blindedMessage)).size).toBe(1);
});

test.each([
  ['election-closed', 'closed', 'nothing', false],
  ['election-not-yet-open', 'not-yet-open', 'wait', true],
  ['voter-not-eligible', 'not-eligible', 'ask-officials', false],
  ['token-already-issued', 'token-used-up', 'ask-officials', false],
  ['election-unknown', 'election-unknown', 'ask-officials', true],
  ['blinded-message-invalid', 'refused', 'ask-officials', true],
] as const)('a registrar that answers %s: %s, the voter can: %s', async (code, problem, can, isKept) => {
  const services = await startServices({ token: [refusal(code)] });
  const result = await services.voter().cast(definition, MARKED, { code: 'planted' });
  expect(result).toMatchObject({ ok: false, code: problem, can, refusal: { code } });
  expect(JSON.stringify(result)).not.toMatch(/planted|mayor/);
  expect(services.of('cast')).toHaveLength(0);
  expect(await keptVotes()).toHaveLength(isKept ? 1 : 0);
});

test.each(['voter-not-eligible', 'token-already-issued'] as const)(
  'somebody else’s sign-in, answered %s, does not erase what the first one may have a token for',
  async code => {
    const services = await startServices({ token: ['hang up', refusal(code)] });
    const once = services.voter({ budget: { attempts: 1 } });
    expect(await once.cast(definition, MARKED, { bearer: 'mine' })).toMatchObject({ code: 'unreachable' });
    expect(await once.resume(definition.id, { bearer: 'other' })).toMatchObject({ can: 'ask-officials' });
    expect(await once.resume(definition.id, { bearer: 'mine' })).toMatchObject({ ok: true });
    const messages = services.of('token').map(({ body }) => JSON.parse(body).blindedMessage);
    expect(new Set(messages).size).toBe(1);
  },
);

test('a busy or absent registrar is asked again with the same bytes, within the budget', async () => {
  const busy = { status: 429, body: { code: 'from-a-later-version' }, headers: { 'retry-after': '1' } };
  const services = await startServices({ token: ['hang up', busy, refusal('overloaded')] });
  const first = services.voter({ budget: { attempts: 2 } });
  expect(await first.cast(definition, MARKED)).toMatchObject({ code: 'unreachable', can: 'resume' });
  expect(services.of('token')).toHaveLength(2);
  expect(await services.voter().resume(definition.id)).toMatchObject({ ok: true, status: 'counted' });
  expect(new Set(services.of('token').map(({ body }) => body)).size).toBe(1);
});

test('what is no signature on this vote is never sent, and the vote can still get its token', async () => {
  const forged = {
    blindSignature: toBase64url(new Uint8Array(256)),
    tokenKeyId: definition.tokenKeys[0]?.keyId,
  };
  const services = await startServices({ token: [{ status: 200, body: forged }] });
  const voter = services.voter();
  expect(await voter.cast(definition, MARKED)).toMatchObject({ code: 'token-forged', can: 'ask-officials' });
  expect(services.of('cast')).toHaveLength(0);
  expect(await voter.resume(definition.id)).toMatchObject({ ok: true });
});

test('a vote that was perhaps sent before the closing is not called refused after it: the results tell', async () => {
  const services = await startServices({ cast: ['hang up', refusal('election-closed')] });
  const brief = services.voter({ budget: { attempts: 1 } });
  expect(await brief.cast(definition, MARKED)).toMatchObject({ code: 'outcome-unknown', can: 'resume' });
  const result = await services.voter().resume(definition.id);
  expect(result).toMatchObject({ ok: true, status: 'counted' });
  expect(result).not.toHaveProperty('receipt');

  const late = await startServices({ cast: [refusal('overloaded'), refusal('election-closed')] });
  const other = late.voter({ profile: 'other' });
  expect(await other.cast(definition, MARKED)).toMatchObject({ code: 'closed', can: 'nothing' });
  expect(await other.unfinished()).toEqual([]);
});

test('a stored vote that is rejected or not counted yet comes with its receipt', async () => {
  const services = await startServices({ status: [status('quarantined', ''), status('rejected', '')] });
  const voter = services.voter({ budget: { millis: 500 } });
  const setAside = await voter.cast(definition, MARKED);
  expect(setAside).toMatchObject({ code: 'set-aside', receipt: { topic: 'votes' } });
  expect(await voter.resume(definition.id)).toMatchObject({ code: 'rejected', receipt: { topic: 'votes' } });
  expect(await voter.resume(definition.id)).toMatchObject({ ok: true, status: 'counted' });
  expect(services.of('cast')).toHaveLength(1);
});

test('results are asked at most once a second, and ever more seldom', async () => {
  const services = await startServices({ status: Array.from({ length: 3 }, () => status('unknown', '')) });
  const times: number[] = [];
  const voter = services.voter({
    fetch: (url, init) => {
      if (init.method === 'GET') times.push(performance.now());
      return fetch(url, init);
    },
  });
  expect(await voter.cast(definition, MARKED)).toMatchObject({ ok: true });
  const pauses = times.slice(1).map((time, place) => time - (times[place] ?? 0));
  expect(pauses).toHaveLength(3);
  for (const [place, pause] of pauses.entries()) expect(pause).toBeGreaterThan(990 * 1.5 ** (place + 1));
});

test('nothing is asked or sent before the vote is kept', async () => {
  const services = await startServices();
  const full: VoteStore = {
    ...fileStore(directory),
    write: () => Promise.reject(new Error('no space left')),
  };
  const result = await services.voter({ store: full }).cast(definition, MARKED);
  expect(result).toMatchObject({ code: 'store-failed', can: 'resume' });
  expect(services.of('token')).toHaveLength(0);
});

test('where nothing can be locked nothing is asked or sent', async () => {
  const services = await startServices();
  const unlockable: VoteStore = {
    ...fileStore(directory),
    exclusively: () => {
      throw new TypeError('there are no locks');
    },
  };
  const result = await services.voter({ store: unlockable }).cast(definition, MARKED);
  expect(result).toMatchObject({ code: 'store-failed', can: 'resume' });
  expect(services.of('token')).toHaveLength(0);
});

test('who was overtaken while it slept does not bring back what the other has erased', async () => {
  const services = await startServices();
  const store = fileStore(directory);
  const [key] = [`${definition.id}.voter`];
  const slow = services.voter({
    fetch: async (url, init) => {
      const answer = await fetch(url, init);
      await store.remove(key);
      return answer;
    },
  });
  expect(await slow.cast(definition, MARKED)).toMatchObject({ code: 'changed-elsewhere' });
  expect(await keptVotes()).toEqual([]);
  expect(services.of('cast')).toHaveLength(0);
});

test('a damaged store is told without a word of what it holds', async () => {
  const services = await startServices();
  await fileStore(directory).write(`${definition.id}.voter`, '{"marked":planted');
  const result = await services.voter().resume(definition.id);
  expect(result).toMatchObject({ code: 'store-failed' });
  expect(inspect(result, { depth: 9 })).not.toContain('planted');
});

test('a redirect gets no token request and no vote', async () => {
  const elsewhere = await startServices();
  const to = { location: `${elsewhere.url}/v1/elections/x/tokens` };
  const services = await startServices({ token: [{ status: 307, headers: to }] });
  const voter = services.voter({ budget: { attempts: 1 } });
  expect(await voter.cast(definition, MARKED)).toMatchObject({ code: 'unreachable' });
  expect(elsewhere.of('token')).toHaveLength(0);
});

test('marks that do not fit the ballot keep and send nothing; a strange profile or election is refused', async () => {
  const services = await startServices();
  const wrong = await services.voter().cast(definition, { mayor: [] });
  expect(wrong).toMatchObject({ code: 'choice-invalid', refusal: { code: 'selections-too-few' } });
  expect(await keptVotes()).toEqual([]);
  expect(() => services.voter({ profile: '../elsewhere' })).toThrow(RangeError);
  await expect(services.voter().resume('../elsewhere')).rejects.toThrow();
});
