/** `unknown`: there is no such thing. `unreachable`: no usable answer came, and a later one may. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly at: number | null }
  | { readonly ok: false; readonly reason: 'unknown' | 'unreachable' };

/** What reads a document: any schema of zod. */
export type Schema<T> = {
  safeParse(document: unknown): { readonly success: true; readonly data: T } | { readonly success: false };
};

const TIMEOUT_MILLIS = 8_000;
const UNREACHABLE = { ok: false, reason: 'unreachable' } as const;

/**
 * Fetches and reads a document of this origin. Never throws. `at` is the time that the answer names in its `Date`
 * header, in milliseconds since 1970 with a resolution of one second.
 */
export async function fetchDocument<T>(
  path: string,
  schema: Schema<T>,
  signal: AbortSignal,
): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      headers: { accept: 'application/json' },
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MILLIS)]),
    });
    if (response.status === 404) return { ok: false, reason: 'unknown' };
    if (!response.ok) return UNREACHABLE;
    const read = schema.safeParse(await response.json());
    if (!read.success) return UNREACHABLE;
    return { ok: true, value: read.data, at: dateOf(response) };
  } catch {
    return UNREACHABLE;
  }
}

function dateOf({ headers }: Response): number | null {
  const millis = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(millis) ? null : millis;
}

const registrar = (id: string) => `/api/registrar/v1/elections/${encodeURIComponent(id)}`;
const results = (id: string) => `/api/results/v1/elections/${encodeURIComponent(id)}`;
const vote = (id: string, voteId: string) => `${results(id)}/votes/${encodeURIComponent(voteId)}`;

export const paths = {
  elections: '/api/registrar/v1/elections',
  election: registrar,
  issued: (id: string) => `${registrar(id)}/issued`,
  results: (id: string) => `${results(id)}/results`,
  stream: (id: string) => `${results(id)}/results/stream`,
  socket: (id: string) => `${results(id)}/results/socket`,
  course: (id: string) => `${results(id)}/results/course`,
  flow: (id: string) => `${results(id)}/flow`,
  official: (id: string) => `${results(id)}/results/document`,
  officialWithAudit: (id: string) => `${results(id)}/results/official`,
  officialAs: (id: string, form: 'document.csv' | 'document.pdf' | 'nist.json') =>
    `${results(id)}/results/${form}`,
  vote,
  voteStatement: (id: string, voteId: string) => `${vote(id, voteId)}/statement`,
} as const;
