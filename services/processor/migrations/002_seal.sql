-- What the elected aggregator states officially of an election, signed: each kind once, and never changed. In the first
-- votes database only. Text, because a signature covers bytes.
create table if not exists statements (
  election_id text not null,
  kind text not null check (kind in ('zero-report', 'results', 'audit-addendum', 'seal')),
  statement text not null,
  primary key (election_id, kind)
);

-- Sealed elections, in every votes database.
create table if not exists seals (
  election_id text primary key
);

create or replace function refuse_always() returns trigger language plpgsql as $$
begin
  raise exception '% can not change', tg_table_name using errcode = 'check_violation';
end
$$;

create or replace trigger statements_stay before update or delete or truncate on statements
  for each statement execute function refuse_always();
create or replace trigger seals_stay before update or delete or truncate on seals
  for each statement execute function refuse_always();

-- What is counted for a sealed election does not change: votes, superseded, tallies, intake. One check for each
-- statement, not for each row, so that it costs a batch of votes next to nothing. Such a batch is refused with a code
-- that has the processor set the vote aside; it does not stall.
create or replace function refuse_sealed() returns trigger language plpgsql as $$
begin
  if exists (select from seals where election_id in (select election_id from changed)) then
    raise exception 'election-sealed' using errcode = 'check_violation';
  end if;
  return null;
end
$$;

do $$
declare
  frozen text;
begin
  foreach frozen in array array['votes', 'superseded', 'tallies', 'intake'] loop
    execute format('create or replace trigger sealed_insert after insert on %I referencing new table as changed
      for each statement execute function refuse_sealed()', frozen);
    -- An election's rows can be moved into it or out of it: both sides are looked at.
    execute format('create or replace trigger sealed_update_from after update on %I referencing old table as changed
      for each statement execute function refuse_sealed()', frozen);
    execute format('create or replace trigger sealed_update_to after update on %I referencing new table as changed
      for each statement execute function refuse_sealed()', frozen);
    execute format('create or replace trigger sealed_delete after delete on %I referencing old table as changed
      for each statement execute function refuse_sealed()', frozen);
  end loop;
end
$$;

-- Truncating spares nobody.
create or replace function refuse_truncate_of_sealed() returns trigger language plpgsql as $$
begin
  if exists (select from seals) then
    raise exception 'election-sealed' using errcode = 'check_violation';
  end if;
  return null;
end
$$;

do $$
declare
  frozen text;
begin
  foreach frozen in array array['votes', 'superseded', 'tallies', 'intake', 'outcomes'] loop
    execute format('create or replace trigger sealed_truncate before truncate on %I
      for each statement execute function refuse_truncate_of_sealed()', frozen);
  end loop;
end
$$;

-- Records of a sealed election may still arrive, and each has an outcome: rows are added to `outcomes`, but those that are
-- there stay. Only the note that topic `votes.quarantine` has a copy may still be made.
create or replace function refuse_change_of_sealed_outcome() returns trigger language plpgsql as $$
begin
  if exists (select from seals where election_id = old.election_id)
    and (tg_op = 'DELETE' or to_jsonb(new) - 'relayed' is distinct from to_jsonb(old) - 'relayed')
  then
    raise exception 'election-sealed' using errcode = 'check_violation';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;

create or replace trigger sealed_outcomes before update or delete on outcomes
  for each row execute function refuse_change_of_sealed_outcome();
