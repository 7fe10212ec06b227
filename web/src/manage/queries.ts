import { actionsExportSchema } from '@suffrage/contracts/actions';
import { type OfficialKind, officialSchemas } from '@suffrage/contracts/official';
import { snapshotSchema } from '@suffrage/contracts/results';
import { turnoutSchema } from '@suffrage/contracts/turnout';
import { QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { ask, askResults, Refused } from './ask.ts';
import type { OnSent } from './fetch-telling.ts';
import {
  electionSchema,
  electionsSchema,
  erasureSchema,
  newKeysSchema,
  principalSchema,
  rollChangeSchema,
  rollSchema,
} from './schemas.ts';

const REFRESH_MILLIS = 5_000;
/** Phases follow the clock, and closings what is on its way: somebody who waits for it looks at this view. */
const ELECTION_REFRESH_MILLIS = 2_000;
/** The registrar's own number is a minute old at most. */
const TURNOUT_REFRESH_MILLIS = 15_000;

let known: { readonly session: string; readonly client: QueryClient } | undefined;

/**
 * What the registrar and the results service have told who is signed in, for all views of managers. What one manager was told
 * is not for the next who uses this tab.
 */
export function knowledgeOf(session: string): QueryClient {
  if (known?.session === session) return known.client;
  forgetAll();
  known = { session, client: new QueryClient({ defaultOptions: { queries: { staleTime: 1_000, retry } } }) };
  return known.client;
}

export function forgetAll(): void {
  known?.client.clear();
  known = undefined;
}

/** Refusals are not asked again. */
function retry(failures: number, error: Error): boolean {
  return failures < 2 && error instanceof Refused && error.problem.code === 'unreachable';
}

const of = (id: string) => `/v1/elections/${encodeURIComponent(id)}`;

export const principalQuery = queryOptions({
  queryKey: ['principal'],
  queryFn: ({ signal }) => ask('/v1/principal', principalSchema, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const electionsQuery = queryOptions({
  queryKey: ['elections'],
  queryFn: ({ signal }) => ask('/v1/elections', electionsSchema, { signal }),
  refetchInterval: REFRESH_MILLIS,
});

export const electionQuery = (id: string) =>
  queryOptions({
    queryKey: ['election', id],
    queryFn: ({ signal }) => ask(of(id), electionSchema, { signal }),
    refetchInterval: ELECTION_REFRESH_MILLIS,
  });

export const rollQuery = (id: string) =>
  queryOptions({
    queryKey: ['election', id, 'roll'],
    queryFn: ({ signal }) => ask(`${of(id)}/roll`, rollSchema, { signal }),
  });

export const turnoutQuery = (id: string) =>
  queryOptions({
    queryKey: ['turnout', id],
    queryFn: ({ signal }) => ask(`${of(id)}/turnout`, turnoutSchema, { signal }),
    refetchInterval: TURNOUT_REFRESH_MILLIS,
  });

export const actionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['election', id, 'actions'],
    queryFn: ({ signal }) => ask(`${of(id)}/actions`, actionsExportSchema, { signal }),
    refetchInterval: REFRESH_MILLIS,
  });

/** When what was kept of its voters was destroyed, as the record says; `undefined` as long as it was not. */
export function useErasedAt(id: string): string | undefined {
  const { data } = useQuery(actionsQuery(id));
  return data?.actions.find(({ action }) => action === 'erased')?.at;
}

export const snapshotQuery = (id: string) =>
  queryOptions({
    queryKey: ['snapshot', id],
    queryFn: ({ signal }) => askResults(`${of(id)}/results`, snapshotSchema, signal),
    refetchInterval: REFRESH_MILLIS,
  });

const PATHS = {
  'zero-report': 'zero-report',
  results: 'results/document',
  'audit-addendum': 'results/addendum',
  seal: 'seal',
} as const satisfies Record<OfficialKind, string>;

export const officialPath = (id: string, path: string): string => `/api/results${of(id)}/${path}`;
export const statementPath = (id: string, kind: OfficialKind): string => officialPath(id, PATHS[kind]);

/** `null` as long as it has not been stated; once it is, it does not change. */
export const officialQuery = <Kind extends OfficialKind>(id: string, kind: Kind) =>
  queryOptions({
    queryKey: ['official', id, kind],
    queryFn: ({ signal }) => askResults(`${of(id)}/${PATHS[kind]}`, officialSchemas[kind], signal),
    refetchInterval: query => (query.state.data ? false : REFRESH_MILLIS),
  });

/** One of the things that managers do with an election, by the name of its route. */
export type Act = {
  readonly action: 'publish' | 'open' | 'close' | 'annul' | 'seal' | 'duplicate';
  readonly body?: object;
};

export function useAct(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ action, body }: Act) =>
      ask(`${of(id)}/${action}`, electionSchema, {
        method: 'POST',
        ...(body ? { body: { json: body } } : {}),
      }),
    onSettled: () => forget(client, id),
  });
}

export function useRemove(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => ask(of(id), z.null(), { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['elections'] }),
  });
}

/** New keys for a draft. */
export function useRotateKeys(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => ask(`${of(id)}/keys/rotate`, newKeysSchema, { method: 'POST' }),
    onSettled: () => forget(client, id),
  });
}

/** Destroys what the registrar keeps of an election's voters. */
export function useErase(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => ask(`${of(id)}/erase`, erasureSchema, { method: 'POST' }),
    onSettled: () => forget(client, id),
  });
}

/** Makes the roll what the file says. `onSent`: how much of it has left, from 0 to 1. */
export function useUploadRoll(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ file, signal, onSent }: { file: File; signal: AbortSignal; onSent: OnSent }) =>
      ask(`${of(id)}/roll`, rollChangeSchema, { method: 'PUT', body: { csv: file }, signal, onSent }),
    onSettled: () => client.invalidateQueries({ queryKey: ['election', id] }),
  });
}

export function useCreateDraft() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: object) =>
      ask('/v1/elections', electionSchema, { method: 'POST', body: { json: draft } }),
    onSuccess: ({ definition }) => forget(client, definition.id),
  });
}

/** Somebody else has saved the draft meanwhile; `revision` is theirs. */
export class DraftChanged extends Refused {
  readonly revision: string | undefined;
  constructor(refused: Refused, revision: string | undefined) {
    super(refused.problem);
    this.revision = revision;
  }
}

/** Replaces one revision of a draft, and no other. Fails with `DraftChanged`. */
export function useReplaceDraft(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ draft, replaces }: { draft: object; replaces: string | undefined }) => {
      try {
        return await ask(of(id), electionSchema, { method: 'PUT', body: { json: draft }, replaces });
      } catch (error) {
        if (!(error instanceof Refused) || error.problem.code !== 'election-changed') throw error;
        throw new DraftChanged(error, (await ask(of(id), electionSchema)).revision);
      }
    },
    onSuccess: () => forget(client, id),
  });
}

async function forget(client: QueryClient, id: string): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ['elections'] }),
    client.invalidateQueries({ queryKey: ['election', id] }),
  ]);
}
