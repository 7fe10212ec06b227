import type { Infrastructure } from '@suffrage/stack/infrastructure';
import { readSecret } from '@suffrage/stack/secrets';
import { prepareElection } from '@suffrage/contracts/ballot';
import { toBase64url } from '@suffrage/contracts/bytes';
import { identify } from '@suffrage/contracts/check-vote';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { topicNames } from '@suffrage/contracts/topics';
import { decodeVoteRecord } from '@suffrage/contracts/vote';
import { waitFor } from '@suffrage/stack/wait-for';
import pg from 'pg';
import type { Check } from './check.ts';
import {
  addRedis,
  addTables,
  addTopic,
  readLogs,
  readTables,
  type Table,
  tellingColumns,
} from './everything.ts';
import { correlate, orderedColumns } from './ordered-columns.ts';
import type { Cast } from './vote.ts';
import { addBytes, addText, addValue, type Words } from './words.ts';

type Options = {
  readonly infrastructure: Infrastructure;
  readonly logsDirectory: string;
  readonly definition: ElectionDefinition;
  /** Everything that is published of the election. */
  readonly published: readonly unknown[];
  readonly cast: Cast;
  /** What the Redis of the limits held while people voted. */
  readonly limits: Words;
  /** What the collector of traces has received. */
  readonly spans: string;
  /** What all processes answer at `/metrics`. */
  readonly metrics: string;
};

/** Shown of what was found where it should not be. */
const SHOWN = 5;
/** The registrar looks every 15 s, and writes no rows twice within a minute; beside that, time for a slow machine. */
const REWRITE_MILLIS = 240_000;

/**
 * Looks through everything that was stored for whatever links a voter and a vote: values that both sides have, times, and
 * orders. It knows what nobody else does: who cast which vote.
 */
export async function findLinks(options: Options): Promise<Check[]> {
  const { infrastructure, definition, cast, limits } = options;
  const { kafka, postgres, redis, secrets } = infrastructure;
  const [registrar, votes, common]: [Words, Words, Words] = [new Set(limits), new Set(), new Set()];
  const tables = await readTables(postgres.registrarUrl);
  addTables(registrar, tables);
  await addRedis(registrar, readSecret(secrets.limitsRedisUrl));
  addTables(votes, await readTables(postgres.votesUrl));
  await addRedis(votes, redis.url);
  const topics = topicNames('');
  const election = prepareElection(definition);
  const appended = await addTopic(votes, kafka.addresses, topics.votes, value => {
    const vote = decodeVoteRecord(value);
    return vote && toBase64url(identify(election, vote).voteId);
  });
  for (const topic of [topics.elections, topics.quarantine])
    await addTopic(votes, kafka.addresses, topic, () => undefined);
  addValue(common, options.published);
  addText(common, JSON.stringify(options.published));
  const ofVotersColumns = await tellingColumns(postgres.registrarUrl, cast.votes.size);
  return [
    ...shared({ registrar, votes, common, cast }),
    {
      what: 'words of the limits, read while people voted',
      ok: limits.size > 0,
      detail: String(limits.size),
    },
    ...silence({ ...options, opensAt: definition.opensAt }),
    none('columns with a time or a sequence in tables with a row for each voter', ofVotersColumns),
    columnsOf(tables, cast, appended),
    ...(await orders(postgres.registrarUrl, cast, appended)),
  ];
}

type Sides = {
  readonly registrar: Words;
  readonly votes: Words;
  /** What everybody may know. */
  readonly common: Words;
  readonly cast: Cast;
};

/** Values that are on both sides, or on the wrong one. */
export function shared({ registrar, votes, common, cast }: Sides): Check[] {
  return [
    none(
      'values that the registrar and the votes’ side both have, beyond what is published',
      [...registrar].filter(word => votes.has(word) && !common.has(word)),
    ),
    none('codes and identities on the votes’ side', findAll(votes, identitiesOf(cast))),
    none('votes and tokens on the registrar’s side', findAll(registrar, votesOf(cast))),
    none('codes in plain on the registrar’s side', findAll(registrar, codesOf(cast))),
  ];
}

/** Numbers and times beside a voter that go as the votes went. */
export function columnsOf(
  tables: readonly Table[],
  cast: Cast,
  appended: ReadonlyMap<string, number>,
): Check {
  const castAt = new Map<string, number>();
  for (const [voter, voteId] of cast.votes) {
    const time = appended.get(voteId);
    if (time !== undefined) castAt.set(voter, time);
  }
  for (const { voter, voter_reference: reference } of tables.flatMap(({ rows }) => rows)) {
    const time = typeof voter === 'string' ? castAt.get(voter) : undefined;
    if (time !== undefined && reference instanceof Uint8Array)
      castAt.set(Buffer.from(reference).toString('hex'), time);
  }
  const { ordered, columns } = orderedColumns(tables, castAt);
  const { detail, ...check } = none('numbers and times beside a voter that go as the votes went', ordered);
  return { ...check, detail: `${detail}, of ${columns} columns` };
}

function none(what: string, found: readonly string[]): Check {
  const shown = found.slice(0, SHOWN).join(', ');
  return { what, ok: found.length === 0, detail: found.length === 0 ? 'none' : `${found.length}: ${shown}` };
}

function identitiesOf(cast: Cast): Words {
  const words: Words = new Set();
  for (const voter of cast.votes.keys()) addText(words, voter);
  for (const code of codesOf(cast)) words.add(code);
  return words;
}

/** As they are printed, and as somebody may have typed them. */
function codesOf({ codes }: Cast): Words {
  const written = codes.flatMap(code => [code, code.replaceAll('-', '')]);
  return new Set(written.flatMap(code => [code, code.toLowerCase()]));
}

function votesOf(cast: Cast): Words {
  const words: Words = new Set();
  for (const voteId of cast.votes.values()) addText(words, voteId);
  for (const token of cast.tokens) addBytes(words, token);
  return words;
}

const findAll = (stored: Words, secrets: Words) => [...secrets].filter(word => stored.has(word));

/** Logs of all services and servers, traces and metrics: no secret, and nothing for each request for a token. */
export function silence({
  logsDirectory,
  opensAt,
  cast,
  spans,
  metrics,
}: Pick<Options, 'logsDirectory' | 'cast' | 'spans' | 'metrics'> &
  Pick<ElectionDefinition, 'opensAt'>): Check[] {
  const [logged, traced, measured]: [Words, Words, Words] = [new Set(), new Set(), new Set()];
  for (const line of readLogs(logsDirectory)) addText(logged, line);
  addText(traced, spans);
  addText(measured, metrics);
  const secrets = new Set([...identitiesOf(cast), ...votesOf(cast)]);
  const opened = Date.parse(opensAt);
  const lines = readLogs(logsDirectory, 'registrar').filter(line => timeOf(line) >= opened).length;
  return [
    none('codes, identities, votes and tokens in logs', findAll(logged, secrets)),
    none('codes, identities, votes and tokens in traces', findAll(traced, secrets)),
    none('codes, identities, votes and tokens in metrics', findAll(measured, secrets)),
    {
      what: 'lines of the registrar’s log since the opening',
      // Fewer than one in a hundred tokens could tell of.
      ok: lines * 100 < Math.max(cast.votes.size, 1_000),
      detail: `${lines}, for ${cast.votes.size} tokens`,
    },
  ];
}

function timeOf(line: string): number {
  const time = /"time":"?([^",}]+)/.exec(line)?.[1] ?? '';
  return Number.isNaN(Number(time)) ? Date.parse(time) : Number(time);
}

type TokenRow = { readonly voter: string; readonly place: string; readonly transaction: string };

/**
 * Whether the order of the registrar's rows, or of the transactions that wrote them, is that of the votes, once the registrar
 * has written them anew for the last time.
 */
async function orders(url: string, cast: Cast, appended: ReadonlyMap<string, number>): Promise<Check[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const isFinal = async () =>
    (await client.query('select from token_rewrites where final')).rowCount === 1 || undefined;
  await waitFor('the last writing of the registrar’s rows in roll order', isFinal, REWRITE_MILLIS);
  const { rows } = await client.query<TokenRow>(
    `select voter, row_number() over (order by b.ctid) as place, b.xmin::text as transaction
     from blind_tokens b join roll using (election_id, voter_reference) where blinded_hash is not null`,
  );
  await client.end();
  const known = rows.flatMap(({ voter, place, transaction }) => {
    const castAt = appended.get(cast.votes.get(voter) ?? '');
    return castAt === undefined ? [] : [{ castAt, place: Number(place), transaction: Number(transaction) }];
  });
  const times = known.map(({ castAt }) => castAt);
  return [
    ...unordered(
      'order of rows',
      known.map(({ place }) => place),
      times,
    ),
    ...unordered(
      'order of transactions',
      known.map(({ transaction }) => transaction),
      times,
    ),
  ];
}

export function unordered(what: string, order: readonly number[], times: readonly number[]): Check[] {
  const { value, limit } = correlate(order, times);
  return [
    {
      what: `the registrar’s ${what} against that of the votes`,
      ok: order.length > 0 && Math.abs(value) < limit,
      detail: `rank correlation ${value.toFixed(4)} of ${order.length}, allowed ±${limit.toFixed(4)}`,
    },
  ];
}
