import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { BadRow } from '@suffrage/contracts/roll';
import { type Client, inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { type Actor, recordAction } from '../action-store.ts';
import { lockElection, type StoredElection } from '../election-store.ts';
import type { ElectionKeys } from '../keys/election-keys.ts';
import { phaseAt } from '../schedule.ts';
import { lockAlone } from './election-lock.ts';
import type { ReadRow } from './roll-rows.ts';
import {
  applyStaged,
  copyToStaging,
  countRoll,
  countTaken,
  createStaging,
  findContradictions,
  type RollChange,
  stagedLine,
} from './roll-store.ts';
import { rollReference } from './voter-reference.ts';

export type RollResult =
  | ({ readonly ok: true /** On the roll now. */; readonly voters: number } & RollChange)
  | (Refusal & { readonly rows?: readonly BadRow[] /** Bad rows in all. */; readonly rowCount?: number });

/** Rows, as they come, become part of an election's roll: all of them, or none. */
export type ImportRoll = (
  by: Actor,
  electionId: string,
  rows: AsyncIterable<ReadRow> | Iterable<ReadRow>,
  how: {
    /** Whether voters that are not among the rows leave the roll. */
    readonly replaces: boolean;
  },
) => Promise<RollResult>;

type Options = {
  /** Its statements may take minutes. */
  readonly bulkPool: Pool;
  readonly keys: ElectionKeys;
  readonly maxVoters: number;
  readonly clock: () => number;
};

const REPORTED_ROWS = 1_000;
const PIECE_CHARACTERS = 65_536;

/**
 * Everything happens in one transaction: rows are staged as they arrive, in flat memory, while nothing is locked; then the
 * election is locked against being published or opened meanwhile, and the roll becomes what the rows say. Until the
 * election is scheduled the roll may be replaced; then voters may only be added, until it opens.
 */
export function createImportRoll({ bulkPool, keys, maxVoters, clock }: Options): ImportRoll {
  const phaseRefusal = (election: StoredElection | undefined): Refusal | undefined => {
    if (!election) return refuse('election-unknown');
    const phase = phaseAt(election.definition, election.phase, clock());
    if (phase !== 'draft' && phase !== 'scheduled')
      return refuse(
        'election-phase',
        undefined,
        `the roll can change until the election opens; it is ${phase}`,
      );
    return election.definition.eligibility === 'roll' ? undefined : refuse('roll-missing');
  };

  const stage = async (client: Client, definition: ElectionDefinition, rows: Parameters<ImportRoll>[2]) => {
    const referenceKey = (await keys.of(definition))?.referenceKey;
    if (!referenceKey) return undefined;
    await createStaging(client);
    const copy = copyToStaging(client);
    const done = finished(copy);
    done.catch(() => undefined);
    const bad: BadRow[] = [];
    let count = 0;
    let badCount = 0;
    let piece = '';
    try {
      for await (const read of rows) {
        if (!read.ok) {
          badCount += 1;
          if (bad.length < REPORTED_ROWS) bad.push(read.bad);
          continue;
        }
        count += 1;
        if (count > maxVoters) break;
        piece += stagedLine(read.row, rollReference(referenceKey, read.row.voter));
        if (piece.length < PIECE_CHARACTERS) continue;
        if (!copy.write(piece)) await Promise.race([once(copy, 'drain'), done]);
        piece = '';
      }
    } catch (error) {
      // Otherwise the connection waits for the rest.
      copy.destroy(error instanceof Error ? error : new Error(String(error)));
      await done.catch(() => undefined);
      throw error;
    }
    copy.end(piece);
    await done;
    return { bad, count, badCount };
  };

  return async (by, electionId, rows, { replaces }) =>
    refusable(bulkPool, async client => {
      const before = await lockElection(client, electionId, 'none');
      const early = phaseRefusal(before);
      if (early || !before) return early ?? refuse('election-unknown');
      const staged = await stage(client, before.definition, rows);
      if (!staged) return refuse('keys-destroyed');
      if (staged.count > maxVoters) return tooMany(maxVoters);
      const contradictions = await findContradictions(client, electionId, { replaces, most: REPORTED_ROWS });
      const rowCount = staged.badCount + contradictions.count;
      if (rowCount > 0) {
        const all = [...staged.bad, ...contradictions.rows].toSorted((a, b) => a.line - b.line);
        return { ...refuse('roll-rows-invalid'), rows: all.slice(0, REPORTED_ROWS), rowCount };
      }
      // Before the election itself, which an emergency stop needs: who makes codes may take minutes.
      await lockAlone(client, 'roll', electionId);
      const election = await lockElection(client, electionId, 'update');
      const late = phaseRefusal(election);
      if (late || !election) return late ?? refuse('election-unknown');
      // References are of the keys as they were when the rows came.
      if (keyIdOf(election) !== keyIdOf(before))
        return refuse('overloaded', undefined, 'the election was changed meanwhile: upload the roll again');
      if (election.phase !== 'draft') {
        const taken = await countTaken(client, electionId, replaces);
        if (taken.removed + taken.changed > 0)
          return refuse(
            'roll-removal',
            undefined,
            `${taken.removed} would be removed, ${taken.changed} changed`,
          );
      }
      const secret = election.definition.mode === 'secret';
      const change = await applyStaged(client, electionId, { replaces, secret });
      const voters = await countRoll(client, electionId);
      if (voters > maxVoters) return tooMany(maxVoters);
      // It may have opened while a big roll was written.
      const opened = phaseRefusal(election);
      if (opened) return opened;
      const details = Object.fromEntries(
        Object.entries({ voters, ...change }).map(([name, number]) => [name, String(number)]),
      );
      await recordAction(client, { electionId, by, action: 'roll-changed', at: clock(), details });
      return { ok: true, voters, ...change };
    });
}

const keyIdOf = ({ definition }: StoredElection) => definition.tokenKeys[0]?.keyId;

const tooMany = (most: number) =>
  refuse('roll-rows-invalid', undefined, `a roll may have ${most.toLocaleString('en')} voters`);

/** A refusal rolls back what was written on the way to it. */
async function refusable(pool: Pool, work: (client: Client) => Promise<RollResult>): Promise<RollResult> {
  let refusal: RollResult | undefined;
  try {
    return await inTransaction(pool, 'begin', async client => {
      const result = await work(client);
      if (result.ok) return result;
      refusal = result;
      throw new Error('refused');
    });
  } catch (error) {
    if (refusal) return refusal;
    throw error;
  }
}
