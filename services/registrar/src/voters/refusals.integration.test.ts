import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { blinded, type RegistrarApi, registrarApi } from '@suffrage/test/registrar-api';
import { bestToldApart } from '@suffrage/test/tell-apart';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';

/*
 * What a refused code costs must not tell why it was refused. Kinds take turns, so that whatever else the machine does disturbs
 * them alike.
 */

const ROUNDS = 60;
/** By chance 60 measurements of either kind stay below 0.7 in all but one of ten thousand pairs. */
const TOLD_APART = 0.75;

jest.setTimeout(240_000);

let bed: Testbed;
let api: RegistrarApi;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1 });
  api = registrarApi((await bed.registrar()).url);
}, 60_000);

afterAll(() => bed.close(), 60_000);

type Body = (code: string) => object;

/** For each kind of code, by the name of what was measured: the values of all rounds. */
async function measure(id: string, kinds: Readonly<Record<string, (round: number) => string>>, body: Body) {
  const cpu = new Map<string, number[]>(Object.keys(kinds).map(kind => [kind, []]));
  const wall = new Map<string, number[]>(Object.keys(kinds).map(kind => [kind, []]));
  const names = Object.keys(kinds);
  for (let round = -5; round < ROUNDS; round += 1) {
    // Another one is first each time: who follows whom must not matter.
    const turn = [
      ...names.slice(Math.abs(round) % names.length),
      ...names.slice(0, Math.abs(round) % names.length),
    ];
    for (const kind of turn) {
      const asked = body(kinds[kind]?.(round) ?? '');
      const before = process.cpuUsage();
      const begun = performance.now();
      const { json } = await api.ask(id, asked);
      const { user, system } = process.cpuUsage(before);
      expect(json.code).toBe('code-refused');
      if (round < 0) continue;
      wall.get(kind)?.push(performance.now() - begun);
      cpu.get(kind)?.push(user + system);
    }
  }
  return { cpu, wall };
}

async function openElections(name: string, change: object) {
  const { definition, codes } = await api.openWithCodes(name, ['ann', 'bob'], change);
  const { codes: foreign } = await api.openWithCodes(`${name}-foreign`, ['ann'], change);
  return { definition, used: codes.get('ann') ?? '', foreign: foreign.get('ann') ?? '' };
}

const kindsOf = ({ used, foreign }: { readonly used: string; readonly foreign: string }) => ({
  used: () => used,
  foreign: () => foreign,
  'no code at all': (round: number) => `${'ABCDEF'.repeat(2)}-${1000 + round}`,
  'with a slip': () => used.replace(/^./, first => (first === 'A' ? 'B' : 'A')),
});

function blindedBody(definition: ElectionDefinition): Body {
  return code => ({ blindedMessage: blinded(definition).blindedMessage, code });
}

const plainBody: Body = code => ({
  voteId: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'),
  code,
});

test.each([
  ['secret', {}],
  ['pseudonymous', { mode: 'pseudonymous' }],
])(
  'a used, a foreign and a wrong code are not told apart by what they cost in a %s election',
  async (mode, change) => {
    const { definition, used, foreign } = await openElections(mode, change);
    const body = mode === 'secret' ? blindedBody(definition) : plainBody;
    expect((await api.ask(mode, body(used))).status).toBe(200);
    const { cpu, wall } = await measure(mode, kindsOf({ used, foreign }), body);
    for (const measured of [cpu, wall]) {
      const { kinds, chance } = bestToldApart(measured);
      if (chance >= TOLD_APART) throw new Error(`${kinds}: told apart with a chance of ${chance}`);
    }
  },
);

test('a difference would be found: a code of an election that is not open takes less', async () => {
  const { definition, used, foreign } = await openElections('planted', {});
  const body = blindedBody(definition);
  expect((await api.ask('planted', body(used))).status).toBe(200);
  const early = new Map<string, number[]>([
    ['refused', []],
    ['early', []],
  ]);
  for (let round = 0; round < 20; round += 1) {
    for (const [kind, times] of early) {
      const id = kind === 'early' ? 'nowhere' : 'planted';
      const asked = body(foreign);
      const begun = performance.now();
      await api.ask(id, asked);
      times.push(performance.now() - begun);
    }
  }
  expect(bestToldApart(early).chance).toBeGreaterThan(TOLD_APART);
});
