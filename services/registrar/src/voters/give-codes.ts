import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { proofOf } from '@suffrage/contracts/election';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { type Actor, recordAction } from '../action-store.ts';
import { findElection, lockElection, type StoredElection } from '../election-store.ts';
import { phaseAt } from '../schedule.ts';
import type { CodeHash } from './code-hash.ts';
import { identityOf } from './roll-rows.ts';
import { addCodes, findOnRoll, hasToken, nextUncoded, removeCodes, replaceCode } from './codes-store.ts';
import { lockAlone, tryLockAlone } from './election-lock.ts';

export type GiveCodes = {
  /**
   * A CSV (`voter,code`) with a new code for every voter who has none; with `replaces` for all, and the old ones are void.
   * Codes are shown here once and never again. They are valid if, and only if, the stream ends as it should: one that
   * breaks off has given nothing.
   */
  all(
    by: Actor,
    electionId: string,
    how: { readonly replaces: boolean },
  ): Promise<{ readonly ok: true; readonly csv: Readable } | Refusal>;
  /** A new code for a voter who has not received a token yet; the old one is void. */
  again(
    by: Actor,
    electionId: string,
    voter: string,
  ): Promise<{ readonly ok: true; readonly voter: string; readonly code: string } | Refusal>;
};

type Options = {
  readonly pool: Pool;
  /** Its statements may take minutes. */
  readonly bulkPool: Pool;
  readonly codeHash: CodeHash;
  readonly clock: () => number;
};

const PAGE = 5_000;
const STALLED_MILLIS = 60_000;
const CHANGING = 'the roll is being changed at the moment';

export function createGiveCodes({ pool, bulkPool, codeHash, clock }: Options): GiveCodes {
  const check = async (electionId: string, replaces: boolean): Promise<Refusal | undefined> => {
    const election = await findElection(pool, electionId);
    return phaseRefusal(election, replaces, clock());
  };
  /** Nobody deletes or opens it from here until the transaction ends. @throws Error when that has happened. */
  const checkLast = async (client: Client, electionId: string, replaces: boolean) => {
    const refusal = phaseRefusal(await lockElection(client, electionId, 'update'), replaces, clock());
    if (refusal) throw new Error(`codes were given too late: ${refusal.code}`);
  };

  const writeAll = async (client: Client, electionId: string, csv: PassThrough): Promise<void> => {
    await write(csv, 'voter,code\r\n');
    for (let after = ''; ; ) {
      const page = await nextUncoded(client, electionId, after, PAGE);
      const made = page.map(() => codeHash.create(electionId));
      await addCodes(
        client,
        electionId,
        page.map(({ reference }) => reference),
        made.map(({ hash }) => hash),
      );
      await write(
        csv,
        page.map(({ voter }, place) => `${csvField(voter)},${made[place]?.code}\r\n`).join(''),
      );
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = last.voter;
    }
  };

  return {
    async all(by, electionId, { replaces }) {
      const refusal = await check(electionId, replaces);
      if (refusal) return refusal;
      const csv = new PassThrough();
      // It may fail before anybody reads.
      csv.on('error', () => undefined);
      const started = Promise.withResolvers<Refusal | undefined>();
      const work = inTransaction(bulkPool, 'begin', async client => {
        // A manager's connection may be slow: waiting for it is not idleness.
        await client.query(`set local idle_in_transaction_session_timeout = '${STALLED_MILLIS}ms'`);
        if (!(await tryLockAlone(client, 'roll', electionId))) {
          started.resolve(refuse('overloaded', undefined, CHANGING));
          return;
        }
        const late = await check(electionId, replaces);
        started.resolve(late);
        if (late) return;
        if (replaces) await removeCodes(client, electionId);
        await writeAll(client, electionId, csv);
        await checkLast(client, electionId, replaces);
        await recordAction(client, { electionId, by, action: 'codes-made', at: clock() });
      });
      work.then(
        () => csv.end(),
        error => {
          started.reject(error);
          csv.destroy(error instanceof Error ? error : new Error(String(error)));
        },
      );
      const refused = await started.promise;
      return refused ?? { ok: true, csv };
    },

    async again(by, electionId, voter) {
      const refusal = await check(electionId, false);
      if (refusal) return refusal;
      return inTransaction(pool, 'begin', async client => {
        // While the roll is changed nobody knows who is on it, and waiting for it would keep those who ask for tokens.
        if (!(await tryLockAlone(client, 'roll', electionId)))
          return refuse('overloaded', undefined, CHANGING);
        const late = phaseRefusal(await lockElection(client, electionId, 'update'), false, clock());
        if (late) return late;
        // Whoever uses the old code at this moment has a token before, or none.
        await lockAlone(client, 'tokens', electionId);
        const reference = await findOnRoll(client, electionId, { voter: identityOf(voter) });
        if (!reference) return refuse('voter-unknown', 'voter');
        if (await hasToken(client, electionId, reference)) return refuse('token-already-issued', 'voter');
        const { code, hash } = codeHash.create(electionId);
        await replaceCode(client, electionId, reference, hash);
        await recordAction(client, { electionId, by, action: 'code-replaced', at: clock() });
        return { ok: true as const, voter, code };
      });
    },
  };
}

function phaseRefusal(
  election: StoredElection | undefined,
  replaces: boolean,
  now: number,
): Refusal | undefined {
  if (!election) return refuse('election-unknown');
  const { definition, phase: stored } = election;
  if (proofOf(definition) !== 'code')
    return refuse('election-phase', 'voterProof', 'the voters of this election have no codes');
  const phase = phaseAt(definition, stored, now);
  if (phase === 'closed') return refuse('election-phase', undefined, 'the election has closed');
  if (replaces && phase === 'open')
    return refuse('election-phase', undefined, 'once the election is open, codes are given again one by one');
  return undefined;
}

/** @throws Error when whoever reads has gone. */
async function write(csv: PassThrough, text: string): Promise<void> {
  if (csv.destroyed) throw new Error('the download was broken off');
  if (text === '' || csv.write(text)) return;
  const gone = new AbortController();
  csv.once('close', () => gone.abort());
  await once(csv, 'drain', { signal: gone.signal });
}

/** RFC 4180. A leading `=`, `+`, `-` or `@` is kept as it is: the identity must come back unchanged. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
