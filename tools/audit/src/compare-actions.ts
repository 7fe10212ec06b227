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
import type { Case } from './case.ts';

/** A registrar's address (http: or https:), or a file with what it has exported. */
export type ActionsSource = {
  readonly from: string;
  /** Of an auditor, for a registrar. Without one only the heads are asked for, which are public. */
  readonly token?: string;
};

/** How many actions were checked of each election. */
export type ActionsByElection = Readonly<Record<string, number>>;

type Evidence = { readonly chains: (readonly Action[])[]; readonly heads: ActionsHead[] };

const REQUEST_MILLIS = 10_000;
const exported = z.union([actionsExportSchema, actionsHeadSchema]);
const inFile = z.union([z.array(exported), exported.transform(one => [one])]);

/**
 * INV-14: the record of what managers have done is whole. Of each election the longest chain that was supplied is checked,
 * and every head, whenever it was seen, must lie on it.
 * @throws Error when a source can't be read.
 */
export async function compareActions(
  theCase: Pick<Case, 'electionIds' | 'findings'>,
  sources: readonly ActionsSource[],
): Promise<ActionsByElection> {
  const byElection = new Map<string, Evidence>();
  for (const source of sources) {
    for (const given of await readSource(theCase.electionIds, source)) {
      const head = 'head' in given ? given.head : given;
      const evidence = byElection.get(head.electionId) ?? { chains: [], heads: [] };
      byElection.set(head.electionId, evidence);
      evidence.heads.push(head);
      if ('head' in given) evidence.chains.push(given.actions);
    }
  }
  const checked: Record<string, number> = {};
  for (const [electionId, { chains, heads }] of byElection) {
    const longest = chains.toSorted((a, b) => b.length - a.length)[0];
    if (!longest) continue;
    checked[electionId] = longest.length;
    const flaws = checkActions(longest, heads);
    if (longest.some(action => action.electionId !== electionId))
      flaws.push({
        kind: 'action-chain-broken',
        message: 'the head is of another election than its actions',
      });
    for (const { kind, message } of flaws) theCase.findings.add(kind, message, { electionId });
  }
  return checked;
}

type Exported = ActionsExport | ActionsHead;

async function readSource(electionIds: readonly string[], source: ActionsSource): Promise<Exported[]> {
  if (/^https?:\/\//.test(source.from)) return fetchAll(electionIds, source);
  try {
    return inFile.parse(JSON.parse(readFileSync(source.from, 'utf8')));
  } catch (cause) {
    throw new Error(`${source.from} holds no exported actions of managers`, { cause });
  }
}

async function fetchAll(electionIds: readonly string[], { from, token }: ActionsSource): Promise<Exported[]> {
  const found: Exported[] = [];
  for (const electionId of electionIds) {
    const path = `/v1/elections/${electionId}/actions`;
    // The head first: what is added meanwhile makes the chain longer, and the head stays on it.
    const head = await fetchJson(new URL(`${path}/head`, from), {});
    if (head !== undefined) found.push(actionsHeadSchema.parse(head));
    if (token === undefined) continue;
    const actions = await fetchJson(new URL(path, from), { authorization: `Bearer ${token}` });
    if (actions !== undefined) found.push(actionsExportSchema.parse(actions));
  }
  return found;
}

/** `undefined` for an election that this registrar does not have, or that is of another organisation. */
async function fetchJson(address: URL, headers: Record<string, string>): Promise<unknown> {
  const response = await callService(address, { headers, signal: AbortSignal.timeout(REQUEST_MILLIS) }).catch(
    (cause: unknown) => {
      throw new Error(`the registrar does not answer at ${address.href}`, { cause });
    },
  );
  if (response.status === 404) return undefined;
  if (!response.ok)
    throw new Error(
      `the actions at ${address.href} can not be read: status ${response.status}; --actions-token-file names a file with an auditor's token`,
    );
  return response.json();
}
