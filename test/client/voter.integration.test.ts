import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createVoter, fileStore, type Progress, type VoterOptions } from '@suffrage/client/node';
import { type Fetch, systemFetch } from '@suffrage/client/private-fetch';
import { checkReceipt } from '@suffrage/contracts/check-receipt';
import { results } from '@suffrage/demo/manager';
import { startSuite, type Suite } from '@suffrage/test/suite';
import fc from 'fast-check';
import { createDevice } from './crash.ts';
import { openSmallElection } from '@suffrage/test/small-election';

const ADA = { mayor: ['ada'] };
const BO = { mayor: ['bo'] };

let suite: Suite;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'votes-'));
  suite = await startSuite();
}, 180_000);

afterAll(async () => {
  await suite?.stop();
  await rm(directory, { recursive: true, force: true });
}, 120_000);

const services = () => ({
  registrarUrl: suite.stack.registrarUrl,
  ingestionUrl: suite.stack.ingestionUrls[0] ?? '',
  resultsUrl: suite.stack.resultsUrls[0] ?? '',
});

function voterIn(name: string, own: Partial<VoterOptions> = {}) {
  return createVoter({ ...services(), store: fileStore(join(directory, name)), ...own });
}

type Sent = { readonly kind: 'token' | 'cast' | 'status'; readonly body: string };

/** Keeps what goes out. */
function recorder(): { readonly sent: Sent[]; readonly fetch: Fetch } {
  const sent: Sent[] = [];
  return {
    sent,
    fetch: (url, init) => {
      const kind = url.endsWith('/tokens') ? 'token' : init.method === 'POST' ? 'cast' : 'status';
      sent.push({ kind, body: typeof init.body === 'string' ? init.body : '' });
      return systemFetch(url, init);
    },
  };
}

const bodies = (sent: readonly Sent[], kind: Sent['kind']) =>
  new Set(sent.filter(request => request.kind === kind).map(({ body }) => body));

test('a vote is kept by its owner alone until it is counted, and then what was secret is gone', async () => {
  const definition = await openSmallElection(suite, 'kept');
  const steps: Progress['step'][] = [];
  const { sent, fetch } = recorder();
  const texts: string[] = [];
  const folder = join(directory, 'kept');
  const voter = voterIn('kept', {
    onProgress: ({ step }) => steps.push(step),
    fetch: async (url, init) => {
      for (const name of await readdir(folder)) {
        expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
        texts.push(await readFile(join(folder, name), 'utf8'));
      }
      return fetch(url, init);
    },
  });
  const result = await voter.cast(definition, ADA, { code: 'planted-code' }).catch(String);
  // An election that asks for no code refuses one.
  expect(result).toMatchObject({ code: 'refused', can: 'ask-officials' });
  expect(texts.join('')).toContain('planted-code');
  await voter.forget(definition.id);
  expect(await voter.cast(definition, ADA)).toMatchObject({ ok: true, status: 'counted' });
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(steps).toEqual(['token', 'sent', 'stored', 'counted']);
  const { salt, token } = JSON.parse([...bodies(sent, 'cast')][0] ?? '');
  expect(texts.join('')).toContain(salt);
  const left = await Promise.all((await readdir(folder)).map(name => readFile(join(folder, name), 'utf8')));
  for (const secret of [salt, token, 'ada', 'planted-code']) expect(left.join('')).not.toContain(secret);
  const again = await voter.resume(definition.id);
  expect(again).toMatchObject({ ok: true, status: 'counted' });
  if (!again?.ok || !again.receipt) throw new Error('no receipt');
  expect(await checkReceipt(again.receipt, definition.receiptKeys)).toEqual({ ok: true });
  expect(await voter.cast(definition, BO)).toMatchObject({ code: 'voted-already', voteId: again.voteId });
  expect(await voter.unfinished()).toEqual([]);
}, 120_000);

test.each(['secret', 'pseudonymous'] as const)(
  'a device of a %s election that dies at any step goes on where it stopped: one vote, one token',
  async mode => {
    const definition = await openSmallElection(suite, `dies-${mode}`, { mode });
    const castOn = async (name: string, diesAt: number) => {
      const { sent, fetch } = recorder();
      const store = fileStore(join(directory, name));
      const device = createDevice(store, fetch, diesAt);
      const proof = mode === 'secret' ? undefined : { voter: name };
      const { signal } = device;
      const first = voterIn(name, { store: device.store, fetch: device.fetch });
      await first.cast(definition, ADA, proof, { signal });
      const later = voterIn(name, { store, fetch });
      const result = (await later.resume(definition.id)) ?? (await later.cast(definition, ADA, proof));
      return { device, sent, result };
    };
    const whole = await castOn(`${mode}-whole`, Infinity);
    expect(whole.device.isDead()).toBe(false);
    expect(whole.device.steps()).toBeGreaterThanOrEqual(16);
    const points = Array.from({ length: whole.device.steps() }, (_, step) => step + 1);
    const ends = await Promise.all(points.map(step => castOn(`${mode}-${step}`, step)));
    for (const { device, sent, result } of ends) {
      expect(device.isDead()).toBe(true);
      expect(result).toMatchObject({ ok: true, status: 'counted' });
      expect(bodies(sent, 'token').size).toBe(1);
      expect(bodies(sent, 'cast').size).toBe(1);
    }
    const snapshot = await results(suite.stack, definition.id);
    expect(snapshot?.counted).toBe(points.length + 1);
  },
  120_000,
);

const troubles = fc.record({
  /** After how many steps the device dies, each time that it is started again. */
  deaths: fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 2, maxLength: 5 }),
  /** Which answers, in their order, do not come back. */
  lost: fc.array(fc.boolean(), { maxLength: 6 }),
});

test('devices that die again and again, behind a network that loses answers, bring each vote through once', async () => {
  const definition = await openSmallElection(suite, 'troubles');
  const plans = fc.sample(troubles, { numRuns: 24, seed: 6 });
  const ends = await Promise.all(
    plans.map(async ({ deaths, lost }, place) => {
      const { sent, fetch } = recorder();
      const losses = [...lost];
      const lossy: Fetch = async (url, init) => {
        const answer = await fetch(url, init);
        if (losses.shift() === true) throw new TypeError('the answer is lost');
        return answer;
      };
      const store = fileStore(join(directory, `troubles-${place}`));
      const start = async (diesAt: number) => {
        const { signal, ...device } = createDevice(store, lossy, diesAt);
        const voter = voterIn('', device);
        const kept = await voter.resume(definition.id, undefined, { signal });
        return kept ?? voter.cast(definition, ADA, undefined, { signal });
      };
      for (const diesAt of deaths) await start(diesAt);
      return { deaths, lost, sent, result: await start(Infinity) };
    }),
  );
  for (const { deaths, lost, sent, result } of ends) {
    const asked = { tokens: bodies(sent, 'token').size, votes: bodies(sent, 'cast').size };
    const plan = { deaths, lost };
    expect({ plan, result, asked }).toMatchObject({
      plan,
      result: { status: 'counted' },
      asked: { tokens: 1, votes: 1 },
    });
  }
  const snapshot = await results(suite.stack, definition.id);
  expect(snapshot?.counted).toBe(plans.length);
}, 180_000);

test('calls at the same moment, as of two tabs, make one vote that is sent once', async () => {
  const definition = await openSmallElection(suite, 'tabs');
  const { sent, fetch } = recorder();
  const tabs = Array.from({ length: 4 }, () => voterIn('tabs', { fetch }));
  const casts = await Promise.all(tabs.map((tab, place) => tab.cast(definition, place % 2 === 0 ? ADA : BO)));
  expect(casts.filter(({ ok }) => ok)).toHaveLength(1);
  expect(casts.filter(result => !result.ok && result.code === 'voted-already')).toHaveLength(3);
  expect(sent.filter(({ kind }) => kind === 'token')).toHaveLength(1);
  expect(sent.filter(({ kind }) => kind === 'cast')).toHaveLength(1);
}, 120_000);

test('where voting again is allowed the last vote counts, and only a counted one is replaced', async () => {
  const definition = await openSmallElection(suite, 'again', { mode: 'pseudonymous', revote: 'last' });
  const voter = voterIn('again');
  const proof = { voter: 'someone' };
  const stop = new AbortController();
  stop.abort();
  expect(await voter.cast(definition, ADA, proof, { signal: stop.signal })).toMatchObject({
    code: 'stopped',
  });
  const first = await voter.cast(definition, ADA, proof);
  expect(first).toMatchObject({ status: 'counted' });
  expect(await voter.cast(definition, BO, proof)).toMatchObject({
    code: 'may-vote-again',
    can: 'vote-again',
  });
  const offline = voterIn('again', {
    fetch: () => Promise.reject(new TypeError('no network')),
    budget: { attempts: 2 },
  });
  expect(await offline.voteAgain(definition, BO, proof)).toMatchObject({
    code: 'unreachable',
    can: 'resume',
  });
  expect(await voter.voteAgain(definition, ADA, proof)).toMatchObject({ code: 'vote-unfinished' });
  expect(await voter.resume(definition.id)).toMatchObject({ ok: true, status: 'counted' });
  const snapshot = await results(suite.stack, definition.id);
  expect(snapshot?.contests?.[0]?.options).toEqual([
    { id: 'ada', votes: 0 },
    { id: 'bo', votes: 1 },
  ]);
  const once = await openSmallElection(suite, 'once');
  expect(await voter.voteAgain(once, ADA)).toMatchObject({ code: 'no-voting-again', can: 'nothing' });
}, 120_000);
