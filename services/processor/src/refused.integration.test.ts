import { beforeEach, expect, test } from '@jest/globals';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { voteIdOf } from '@suffrage/test/ballot';
import { partitionOf, processorBed } from '../test/processor-bed.ts';

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
    await processor.requeue();
  });
  await bed().pool.query('drop trigger refuse on votes; drop function refuse; drop table cursed');
  expect(await outcomesOf(election)).toEqual({ counted: 104, 'quarantined database-refused': 1 });
}, 60_000);
