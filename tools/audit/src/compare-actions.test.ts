import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { type Action, type ActionsExport, actionHash, FIRST_PREVIOUS } from '@suffrage/contracts/actions';
import { type ActionsSource, compareActions } from './compare-actions.ts';
import { createFindings } from './findings.ts';

const scratch = mkdtempSync(join(tmpdir(), 'suffrage-audit-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function exportOf(names: readonly string[], electionId = 'mayor'): ActionsExport {
  const actions: Action[] = [];
  for (const [place, action] of names.entries()) {
    const members = {
      electionId,
      sequence: place + 1,
      at: `2026-05-07T06:00:0${place}.000Z`,
      organisation: 'local',
      actor: 'token:alice',
      action,
      details: {},
      previous: actions.at(-1)?.hash ?? FIRST_PREVIOUS,
    };
    actions.push({ ...members, hash: actionHash(members) });
  }
  const hash = actions.at(-1)?.hash ?? FIRST_PREVIOUS;
  return { head: { electionId, entries: actions.length, hash }, actions };
}

const ALL = ['created', 'scheduled', 'opened', 'stopped', 'closed'];
const sound = exportOf(ALL);

async function found(...sources: readonly ActionsSource[]) {
  const { unchecked: _, ...rest } = await look(['mayor', 'council'], sources);
  return rest;
}

async function look(electionIds: readonly string[], sources: readonly ActionsSource[]) {
  const findings = createFindings();
  const { checked, unchecked } = await compareActions({ electionIds, findings }, sources);
  return {
    unchecked,
    checked,
    findings: findings.first().map(({ kind, electionId }) => `${kind} ${electionId}`),
  };
}

let files = 0;
function fileWith(content: unknown): ActionsSource {
  const from = join(scratch, `actions-${++files}.json`);
  writeFileSync(from, JSON.stringify(content));
  return { from, isRequired: true };
}

test('a sound record holds, alone, in a list, and with an export and a head of earlier', async () => {
  const early = exportOf(ALL.slice(0, 2));
  expect(await found(fileWith(sound))).toEqual({ checked: { mayor: 5 }, findings: [] });
  expect(await found(fileWith([sound, council]), fileWith(early), fileWith(early.head))).toEqual({
    checked: { mayor: 5, council: 2 },
    findings: [],
  });
});

test('a planted change, a planted removal and a planted break are caught', async () => {
  const changed = sound.actions.map(action =>
    action.sequence === 4 ? { ...action, actor: 'token:bob' } : action,
  );
  expect((await found(fileWith({ ...sound, actions: changed }))).findings).toEqual(['action-changed mayor']);
  const removed = { ...sound, actions: sound.actions.toSpliced(2, 1) };
  expect((await found(fileWith(removed))).findings).toEqual(['action-missing mayor']);
  const broken = sound.actions.map(({ hash, ...action }) => {
    const members = action.sequence === 2 ? { ...action, actor: 'token:mallory' } : action;
    return { ...members, hash: action.sequence === 2 ? actionHash(members) : hash };
  });
  expect((await found(fileWith({ ...sound, actions: broken }))).findings).toEqual([
    'action-chain-broken mayor',
  ]);
});

test('a record that was shortened or made anew, head and all, is caught by a head that was kept', async () => {
  const kept = fileWith(sound.head);
  expect((await found(fileWith(exportOf(ALL.slice(0, 4))), kept)).findings).toEqual(['action-missing mayor']);
  const anew = exportOf(ALL.toSpliced(3, 1, 'extended'));
  expect((await found(fileWith(anew), kept)).findings).toEqual(['action-chain-broken mayor']);
  expect((await found(fileWith({ ...exportOf(ALL, 'council'), head: sound.head }))).findings).toContain(
    'action-chain-broken mayor',
  );
});

type Known = { readonly record: ActionsExport; readonly token: string };

/** A registrar with these elections, each of another organisation, to whose auditor alone it shows the actions. */
async function withRegistrar(
  known: Readonly<Record<string, Known>>,
  use: (from: string, asked: ReadonlySet<string | undefined>) => Promise<void>,
): Promise<void> {
  const asked = new Set<string | undefined>();
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    asked.add(authorization);
    const [, id = '', head] = /^\/v1\/elections\/([^/]+)\/actions(\/head)?$/.exec(request.url ?? '') ?? [];
    const { record, token } = known[id] ?? {};
    const tokens = Object.values(known).map(each => `Bearer ${each.token}`);
    const isShown = head !== undefined || authorization === `Bearer ${token}`;
    const isStranger = head === undefined && !tokens.includes(authorization ?? '');
    response.statusCode = isStranger ? 401 : record && isShown ? 200 : 404;
    response.end(JSON.stringify(head === undefined ? record : record?.head));
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await use(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, asked);
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
}

const council = exportOf(['created', 'scheduled'], 'council');
const both = { mayor: { record: sound, token: 'right' }, council: { record: council, token: 'other' } };

test('a registrar is asked for the heads, and for the actions with a token', async () => {
  let gone = '';
  await withRegistrar(both, async (from, asked) => {
    const early = fileWith(exportOf(ALL.slice(0, 4)));
    expect(await found({ from, isRequired: true, tokens: ['right'] })).toEqual({
      checked: { mayor: 5 },
      findings: [],
    });
    // The head alone catches an export that lacks the newest action.
    expect((await found({ from, isRequired: true }, early)).findings).toEqual(['action-missing mayor']);
    await expect(found({ from, isRequired: true, tokens: ['wrong'] })).rejects.toThrow(
      '--actions-token-file',
    );
    expect(asked).toEqual(new Set([undefined, 'Bearer right', 'Bearer wrong']));
    gone = from;
  });
  await expect(found({ from: gone, isRequired: true })).rejects.toThrow('does not answer');
  expect(await look(['mayor'], [{ from: gone, isRequired: false }])).toEqual({
    checked: {},
    findings: [],
    unchecked: ['mayor'],
  });
});

test('elections that no token reads are named; with the tokens of both organisations all are checked', async () => {
  await withRegistrar(both, async from => {
    const with1 = { from, isRequired: true, tokens: ['right'] };
    expect(await look(['mayor', 'council'], [with1])).toMatchObject({ unchecked: ['council'], findings: [] });
    expect(await look(['mayor', 'council'], [{ ...with1, tokens: ['right', 'other'] }])).toEqual({
      checked: { mayor: 5, council: 2 },
      findings: [],
      unchecked: [],
    });
  });
});

test('a published election whose record was removed whole, or that the registrar denies, is found', async () => {
  const none: ActionsExport = {
    head: { electionId: 'council', entries: 0, hash: FIRST_PREVIOUS },
    actions: [],
  };
  for (const left of [{ council: { record: none, token: 'other' } }, {}]) {
    await withRegistrar({ mayor: both.mayor, ...left }, async from => {
      const source = { from, isRequired: true, tokens: ['right'] };
      expect((await look(['mayor', 'council'], [source])).findings).toEqual(['action-missing council']);
      expect((await look(['mayor', 'council'], [{ from, isRequired: true }])).findings).toEqual([
        'action-missing council',
      ]);
    });
  }
});

test('a file that is something else is refused', async () => {
  await expect(found(fileWith({ actions: [] }))).rejects.toThrow('holds no exported actions');
});
