import { readFileSync } from 'node:fs';
import {
  type Action,
  type ActionsExport,
  actionsExportSchema,
  type ActionsHead,
  actionsHeadSchema,
  checkActions,
} from '@suffrage/contracts/actions';
import { z } from 'zod';
import { callService } from './call-service.ts';
import type { Case, Source } from './case.ts';

/** A registrar's address (http: or https:), or a file with what it has exported. */
export type ActionsSource = Source & {
  /** Of auditors, for a registrar; each reads what its organisation has done. Without one only the heads are asked for. */
  readonly tokens?: readonly string[];
};

/** How many actions were checked of each election. */
export type ActionsByElection = Readonly<Record<string, number>>;

export type ComparedActions = {
  readonly checked: ActionsByElection;
  /** Published elections whose actions nobody has supplied: only a token of their organisation reads them. */
  readonly unchecked: readonly string[];
};

type Evidence = { readonly chains: (readonly Action[])[]; readonly heads: ActionsHead[] };

const REQUEST_MILLIS = 10_000;
const exported = z.union([actionsExportSchema, actionsHeadSchema]);
const inFile = z.union([z.array(exported), exported.transform(one => [one])]);

/**
 * INV-14: the record of what managers have done is whole. Of each election the longest chain that was supplied is checked,
 * and every head, whenever it was seen, must lie on it. A published election without any action has lost them: publishing
 * is one.
 * @throws Error when a source can't be read.
 */
export async function compareActions(
  theCase: Pick<Case, 'electionIds' | 'findings'>,
  sources: readonly ActionsSource[],
): Promise<ComparedActions> {
  const byElection = new Map<string, Evidence>();
  const asked: ActionsSource[] = [];
  for (const source of sources) {
    const given = await readSource(theCase.electionIds, source);
    if (!given) continue;
    if (isRegistrar(source)) asked.push(source);
    for (const each of given) take(byElection, each);
  }
  const checked: Record<string, number> = {};
  for (const [electionId, evidence] of byElection) {
    const entries = judgeChain(theCase.findings, electionId, evidence);
    if (entries !== undefined) checked[electionId] = entries;
  }
  const unchecked = theCase.electionIds.filter(id => checked[id] === undefined);
  for (const electionId of asked.length === 0 ? [] : unchecked)
    if (!byElection.get(electionId)?.heads.some(({ entries }) => entries > 0))
      theCase.findings.add('action-missing', 'no action is on record, not even that it was published', {
        electionId,
      });
  return { checked, unchecked };
}

type Exported = ActionsExport | ActionsHead;

function take(byElection: Map<string, Evidence>, given: Exported): void {
  const head = 'head' in given ? given.head : given;
  const evidence = byElection.get(head.electionId) ?? { chains: [], heads: [] };
  byElection.set(head.electionId, evidence);
  evidence.heads.push(head);
  if ('head' in given) evidence.chains.push(given.actions);
}

/** @returns how many actions were checked, if any chain was supplied. */
function judgeChain(
  findings: Case['findings'],
  electionId: string,
  { chains, heads }: Evidence,
): number | undefined {
  const longest = chains.toSorted((a, b) => b.length - a.length)[0];
  if (!longest) return undefined;
  const flaws = checkActions(longest, heads);
  if (longest.some(action => action.electionId !== electionId))
    flaws.push({ kind: 'action-chain-broken', message: 'the head is of another election than its actions' });
  for (const { kind, message } of flaws) findings.add(kind, message, { electionId });
  return longest.length;
}

const isRegistrar = ({ from }: ActionsSource) => /^https?:\/\//.test(from);

/** `undefined` when one that is not required does not answer. */
async function readSource(
  electionIds: readonly string[],
  source: ActionsSource,
): Promise<Exported[] | undefined> {
  if (isRegistrar(source)) return fetchAll(electionIds, source);
  try {
    return inFile.parse(JSON.parse(readFileSync(source.from, 'utf8')));
  } catch (cause) {
    throw new Error(`${source.from} holds no exported actions of managers`, { cause });
  }
}

async function fetchAll(
  electionIds: readonly string[],
  { from, tokens = [], isRequired }: ActionsSource,
): Promise<Exported[] | undefined> {
  const found: Exported[] = [];
  for (const electionId of electionIds) {
    const path = `/v1/elections/${electionId}/actions`;
    // The head first: what is added meanwhile makes the chain longer, and the head stays on it.
    const head = await fetchJson(new URL(`${path}/head`, from), {}, isRequired);
    if (head === SILENT) return undefined;
    if (head !== undefined) found.push(actionsHeadSchema.parse(head));
    for (const token of tokens) {
      const actions = await fetchJson(new URL(path, from), { authorization: `Bearer ${token}` }, true);
      if (actions !== undefined) found.push(actionsExportSchema.parse(actions));
    }
  }
  return found;
}

const SILENT = Symbol('does not answer');

/** `undefined` for an election that this registrar does not have, or that is of another organisation. */
async function fetchJson(
  address: URL,
  headers: Record<string, string>,
  isRequired: boolean,
): Promise<unknown> {
  const response = await callService(address, { headers, signal: AbortSignal.timeout(REQUEST_MILLIS) }).catch(
    (cause: unknown) => {
      if (!isRequired) return undefined;
      throw new Error(`the registrar does not answer at ${address.href}`, { cause });
    },
  );
  if (!response) return SILENT;
  if (response.status === 404) return undefined;
  if (!response.ok)
    throw new Error(
      `the actions at ${address.href} can not be read: status ${response.status}; --actions-token-file names a file with auditors' tokens`,
    );
  return response.json();
}
