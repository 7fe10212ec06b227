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
  const findings = createFindings();
  const checked = await compareActions({ electionIds: ['mayor', 'council'], findings }, sources);
  return { checked, findings: findings.first().map(({ kind, electionId }) => `${kind} ${electionId}`) };
}

let files = 0;
function fileWith(content: unknown): ActionsSource {
  const from = join(scratch, `actions-${++files}.json`);
  writeFileSync(from, JSON.stringify(content));
  return { from };
}

test('a sound record holds, alone, in a list, and with an export and a head of earlier', async () => {
  const early = exportOf(ALL.slice(0, 2));
  const council = exportOf(['created'], 'council');
  expect(await found(fileWith(sound))).toEqual({ checked: { mayor: 5 }, findings: [] });
  expect(await found(fileWith([sound, council]), fileWith(early), fileWith(early.head))).toEqual({
    checked: { mayor: 5, council: 1 },
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

test('a registrar is asked for the heads, and for the actions with a token', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    asked.push(authorization);
    const isHead = request.url === '/v1/elections/mayor/actions/head';
    const isActions = request.url === '/v1/elections/mayor/actions';
    response.statusCode =
      isHead || (isActions && authorization === 'Bearer right') ? 200 : isActions ? 401 : 404;
    response.end(JSON.stringify(isHead ? sound.head : sound));
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const from = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const early = fileWith(exportOf(ALL.slice(0, 4)));
  expect(await found({ from, token: 'right' })).toEqual({ checked: { mayor: 5 }, findings: [] });
  // The head alone catches an export that lacks the newest action.
  expect((await found({ from }, early)).findings).toEqual(['action-missing mayor']);
  await expect(found({ from, token: 'wrong' })).rejects.toThrow('--actions-token-file');
  expect(new Set(asked)).toEqual(new Set([undefined, 'Bearer right', 'Bearer wrong']));
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  await expect(found({ from })).rejects.toThrow('does not answer');
});

test('a file that is something else is refused', async () => {
  await expect(found(fileWith({ actions: [] }))).rejects.toThrow('holds no exported actions');
});
