import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Election } from '@suffrage/contracts/ballot';
import type { IssuedCount } from '@suffrage/contracts/issued-count';
import { signIssuedCount } from '@suffrage/contracts/sign-issued-count.node';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import type { Case } from './case.ts';
import { compareIssued } from './compare-issued.ts';
import { sound } from './testing/sound-world.ts';
import { council, judgeWorld, mayor } from './testing/world.ts';

const registrar = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const scratch = mkdtempSync(join(tmpdir(), 'suffrage-audit-'));

/** The election with the registrar's key, and with a roll if there is to be one. */
function keyed(election: Election, eligibility: 'open' | 'roll'): Election {
  const registrarKeys = [publishedKey(registrar.publicKey)];
  return { ...election, definition: { ...election.definition, eligibility, registrarKeys } };
}

/** The sound world: five votes of election `mayor` are counted, which has a roll, and one of `council`, which has none. */
function openWorld(): Case {
  const elections = new Map([
    ['mayor', keyed(mayor, 'roll')],
    ['council', keyed(council, 'open')],
  ]);
  return { ...judgeWorld(sound().world), findElection: id => elections.get(id) };
}

type Statement = Omit<IssuedCount, 'registrarKeyId' | 'signature'>;
const OF_MAYOR: Statement = { electionId: 'mayor', issued: 7, exact: true, roll: 9 };
const OF_COUNCIL: Statement = { electionId: 'council', issued: 1, exact: true };
const signed = (statement: Statement, key = registrar) => signIssuedCount(key.privateKey, statement);

async function found(...counts: readonly IssuedCount[]) {
  const file = join(scratch, 'issued.json');
  writeFileSync(file, JSON.stringify(counts));
  const theCase = openWorld();
  const issued = await compareIssued(theCase, [{ from: file, isRequired: true }], () => council.closesAt);
  return { issued, findings: theCase.findings.first().map(({ kind, message }) => `${kind}: ${message}`) };
}

afterAll(() => rmSync(scratch, { recursive: true }));

test('as many tokens as votes, and as many voters as tokens, are in order', async () => {
  const { findings, issued } = await found(
    signed({ ...OF_MAYOR, issued: 5, roll: 5 }),
    signed({ ...OF_COUNCIL, issued: 100, exact: false }),
  );
  expect(findings).toEqual([]);
  expect(issued).toEqual({
    mayor: { issued: 5, exact: true, roll: 5 },
    council: { issued: 100, exact: false },
  });
});

test('a planted vote more than tokens is caught', async () => {
  expect((await found(signed({ ...OF_MAYOR, issued: 4 }))).findings).toEqual([
    'more-counted-than-issued: 5 votes are counted, the registrar has given 4 tokens',
  ]);
  expect((await found(signed({ ...OF_COUNCIL, issued: 0, exact: false }))).findings).toEqual([
    'more-counted-than-issued: 1 votes are counted, the registrar has given at most 0 tokens',
  ]);
});

test('a planted token more than voters on the roll is caught', async () => {
  expect((await found(signed({ ...OF_MAYOR, issued: 10 }))).findings).toEqual([
    'more-issued-than-roll: the registrar has given 10 tokens to a roll of 9',
  ]);
});

test('a planted statement of another key, with other numbers, without its roll or of no election is caught', async () => {
  for (const [count, flaw] of [
    [signed(OF_MAYOR, stranger), 'it is not signed with a key of this election'],
    [{ ...signed(OF_MAYOR), issued: 8 }, 'its signature is not of these numbers'],
    [{ ...signed(OF_MAYOR), exact: false }, 'its signature is not of these numbers'],
    [
      signed({ electionId: 'mayor', issued: 7, exact: true }),
      'it does not say how many voters are on the roll',
    ],
    [signed({ ...OF_COUNCIL, electionId: 'nowhere' }), 'it is not signed with a key of this election'],
  ] as const) {
    expect(await found(count)).toEqual({
      issued: {},
      findings: [`issued-count-invalid: the count of issued tokens: ${flaw}`],
    });
  }
});

test('a planted bound from before the closing is caught once the election has closed', async () => {
  const file = join(scratch, 'bound.json');
  writeFileSync(file, JSON.stringify(signed({ ...OF_COUNCIL, issued: 100, exact: false })));
  const foundAt = async (now: number) => {
    const theCase = openWorld();
    await compareIssued(theCase, [{ from: file, isRequired: true }], () => now);
    return theCase.findings.first().map(({ message }) => message);
  };
  expect(await foundAt(council.closesAt)).toEqual([]);
  expect(await foundAt(council.closesAt + 61_000)).toEqual([
    'the count of issued tokens: it is a rounded one from before the closing: ask the registrar for the final one',
  ]);
});

const answers = new Map<string, { status: number; body: unknown }>();
const server = createServer((request, response) => {
  const { status, body } = answers.get(request.url ?? '') ?? { status: 404, body: {} };
  response.writeHead(status).end(JSON.stringify(body));
});
let url = '';
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => new Promise(resolve => server.close(resolve)));

test('a registrar is asked about each election, and a planted silence on one is caught', async () => {
  answers.set('/v1/elections/mayor/issued', { status: 200, body: signed(OF_MAYOR) });
  answers.delete('/v1/elections/council/issued');
  const silent = openWorld();
  await compareIssued(silent, [{ from: url, isRequired: true }]);
  expect(silent.findings.first()).toMatchObject([{ kind: 'issued-count-missing', electionId: 'council' }]);
  answers.set('/v1/elections/council/issued', { status: 200, body: signed(OF_COUNCIL) });
  const talking = openWorld();
  const issued = await compareIssued(talking, [{ from: url, isRequired: true }]);
  expect(Object.keys(issued).toSorted()).toEqual(['council', 'mayor']);
  expect(talking.findings.first()).toEqual([]);
});

test('a planted answer with the statement of another election is caught', async () => {
  answers.set('/v1/elections/mayor/issued', { status: 200, body: signed(OF_COUNCIL) });
  answers.set('/v1/elections/council/issued', { status: 200, body: signed(OF_COUNCIL) });
  const theCase = openWorld();
  await compareIssued(theCase, [{ from: url, isRequired: true }]);
  expect(theCase.findings.first()).toMatchObject([{ kind: 'issued-count-missing', electionId: 'mayor' }]);
});

test('of elections without a registrar’s key nothing is asked', async () => {
  const theCase = judgeWorld(sound().world);
  expect(await compareIssued(theCase, [{ from: 'http://127.0.0.1:1', isRequired: true }])).toEqual({});
  expect(theCase.findings.total()).toBe(0);
});

test('a source that can not be read is an error, unless nobody has named it', async () => {
  const gone = 'http://127.0.0.1:1';
  await expect(compareIssued(openWorld(), [{ from: gone, isRequired: true }])).rejects.toThrow(
    'can not be read',
  );
  expect(await compareIssued(openWorld(), [{ from: gone, isRequired: false }])).toEqual({});
  answers.set('/v1/elections/mayor/issued', { status: 503, body: {} });
  await expect(compareIssued(openWorld(), [{ from: url, isRequired: true }])).rejects.toThrow(
    'can not be read',
  );
  const file = join(scratch, 'nonsense');
  writeFileSync(file, '{"electionId":"mayor"}');
  await expect(compareIssued(openWorld(), [{ from: file, isRequired: true }])).rejects.toThrow(
    'holds no signed counts',
  );
});
