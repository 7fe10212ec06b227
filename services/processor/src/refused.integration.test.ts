import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { voteIdOf } from '@suffrage/test/ballot';
import { until } from '@suffrage/test/poll';
import { idOf, partitionOf, processorBed } from '../test/processor-bed.ts';

const { bed, append, drained, outcomesOf, talliesOf, withProcessor } = processorBed();
let secret: TestElection;

beforeEach(async () => {
  secret = await bed().publishElection();
});

test('a vote that the database refuses is set aside alone, reported, and counted once the database takes it', async () => {
  const votes = Array.from({ length: 9 }, () => signedVote(secret));
  const cursed = votes[4];
  if (!cursed) throw new Error('nine votes');
  await bed().pool.query(
    `create function refuse() returns trigger language plpgsql as
       $$ begin if new.vote_id = '\\x${Buffer.from(voteIdOf(secret, cursed)).toString('hex')}' then raise exception 'planted'; end if; return new; end $$;
     create trigger refuse before insert on votes for each row execute function refuse()`,
  );
  await append(secret, votes);
  await withProcessor(async processor => {
    await drained();
    expect(await outcomesOf(secret)).toEqual({ counted: 8, 'quarantined database-refused': 1 });
    await processor.requeue();
    expect(await outcomesOf(secret)).toMatchObject({ 'quarantined database-refused': 1 });
    await bed().pool.query('drop trigger refuse on votes; drop function refuse');
    await processor.requeue();
  });
  expect(await outcomesOf(secret)).toEqual({ counted: 9 });
  expect(await talliesOf(secret)).toEqual({ '*': 9, 'mayor-1': 9 });
  const { rows } = await bed().pool.query('select sum(requeued) as n from progress');
  expect(rows).toEqual([{ n: '1' }]);
}, 60_000);

test('however many the database refused, all are tried again, also behind one that it still refuses', async () => {
  const election = await bed().publishElection();
  const anywhere = Array.from({ length: 300 }, () => signedVote(election));
  const votes = anywhere.filter(vote => partitionOf(election, vote) === 0).slice(0, 105);
  const hex = votes.map(vote => Buffer.from(voteIdOf(election, vote)).toString('hex'));
  await bed().pool.query(
    `create table cursed (vote_id bytea);
     create function refuse() returns trigger language plpgsql as
       $$ begin if exists (select from cursed where vote_id = new.vote_id) then raise exception 'planted'; end if; return new; end $$;
     create trigger refuse before insert on votes for each row execute function refuse()`,
  );
  await bed().pool.query(`insert into cursed select decode(id, 'hex') from unnest($1::text[]) as id`, [hex]);
  await append(election, votes);
  await withProcessor(async processor => {
    await drained();
    expect(await outcomesOf(election)).toEqual({ 'quarantined database-refused': 105 });
    await bed().pool.query(`delete from cursed where vote_id <> decode($1, 'hex')`, [hex[0]]);
    // A round ends early where the group takes the partition away, which a busy machine makes it do.
    await until('the others are counted', async () => {
      await processor.requeue();
      return (await outcomesOf(election)).counted === 104;
    });
  });
  await bed().pool.query('drop trigger refuse on votes; drop function refuse; drop table cursed');
  expect(await outcomesOf(election)).toEqual({ counted: 104, 'quarantined database-refused': 1 });
}, 60_000);

const REQUEUE = join(import.meta.dirname, '../../../tools/requeue/src/main.ts');

/** The operator's command. `waiting` is called when it has seen what is set aside and waits for the processors. */
async function runRequeue(args: readonly string[], waiting?: () => Promise<void>) {
  const file = join(tmpdir(), `databases-${process.pid}`);
  await writeFile(file, `${bed().databaseUrls.join('\n')}\n`, { mode: 0o600 });
  const child = spawn(process.execPath, [REQUEUE, '--databases-file', file, ...args]);
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', data => (written.stdout += String(data)));
  child.stderr.on('data', data => (written.stderr += String(data)));
  const closed = once(child, 'close');
  if (waiting) {
    await until('the command waits', () => Promise.resolve(written.stderr.includes('waiting')), 30_000);
    await waiting();
  }
  await closed;
  return { status: child.exitCode, ...written };
}

test('the command of operators says what is set aside, waits for the processor, and says what became of it', async () => {
  const other = await bed().publishElection();
  await bed().pool.query(
    `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$;
     create trigger refuse before insert on votes for each row execute function refuse()`,
  );
  await append(secret, [signedVote(secret), signedVote(secret), signedVote(secret)]);
  await append(other, [signedVote(other)]);
  await withProcessor(async processor => {
    await drained();
    const counted = await runRequeue(['--all', '--dry-run']);
    expect(counted.status).toBe(1);
    expect(counted.stdout).toMatch(/^election +partition +set aside$/m);
    const early = await runRequeue(['--election', idOf(secret), '--wait', '0s']);
    expect(early).toMatchObject({ status: 1, stdout: expect.stringContaining('3 still refused') });
    expect(early.stdout).not.toContain(idOf(other));
    const late = await runRequeue(['--all'], async () => {
      await bed().pool.query('drop trigger refuse on votes; drop function refuse');
      await processor.requeue();
    });
    expect(late).toMatchObject({ status: 0, stdout: expect.stringMatching(/^election .* still refused$/m) });
    expect(late.stdout).toMatch(new RegExp(`^${idOf(other)} +\\d +1 +1 +0 +0$`, 'm'));
  });
  expect(await outcomesOf(secret)).toEqual({ counted: 3 });
  expect(await runRequeue(['--all', '--dry-run'])).toMatchObject({
    status: 0,
    stdout: 'No vote is set aside: there is nothing to requeue.\n',
  });
}, 120_000);

test('what the command can not use it names, and touches nothing', async () => {
  expect(await runRequeue([])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--all, or --election'),
  });
  const nowhere = await runRequeue(['--all', '--databases-file', '/nowhere']);
  expect(nowhere).toMatchObject({ status: 2, stderr: expect.stringContaining('/nowhere') });
});
