-- Organisations see only their own elections. The default is for registrars of the version before, while they still run.
alter table elections add column if not exists organisation text not null default 'local';

create or replace function refuse_change_of_organisation() returns trigger language plpgsql as $$
begin
  if new.organisation <> old.organisation then
    raise exception 'election-locked' using errcode = 'check_violation';
  end if;
  return new;
end
$$;

create or replace trigger elections_organisation before update of organisation on elections
  for each row execute function refuse_change_of_organisation();

-- What managers have done, and what the registrar has recorded by itself: a chain of hashes for each election, which
-- outlives a deleted draft. Appended under an advisory lock of the election, in the transaction of the change itself.
-- Never anything of a voter.
create table if not exists actions (
  election_id text not null,
  sequence integer not null check (sequence >= 1),
  -- To the millisecond, as it was hashed.
  at timestamptz not null,
  organisation text not null,
  actor text not null,
  action text not null,
  reason text,
  details jsonb not null,
  previous bytea not null check (octet_length(previous) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  primary key (election_id, sequence)
);

-- Whichever replica comes first, and however often it tries.
create unique index if not exists actions_once on actions (election_id, action)
  where action in ('opened', 'closed', 'official', 'annulled');

create or replace function refuse_change_of_record() returns trigger language plpgsql as $$
begin
  raise exception 'record-locked' using errcode = 'check_violation';
end
$$;

create or replace trigger actions_locked before update or delete on actions
  for each row execute function refuse_change_of_record();
create or replace trigger actions_not_emptied before truncate on actions
  for each statement execute function refuse_change_of_record();

-- Beside the election, whose row is locked for good once its closing is official.
create table if not exists annulments (
  election_id text primary key references elections (id),
  reason text not null check (reason <> ''),
  at timestamptz not null
);

create or replace trigger annulments_locked before update or delete on annulments
  for each row execute function refuse_change_of_record();
create or replace trigger annulments_not_emptied before truncate on annulments
  for each statement execute function refuse_change_of_record();

-- What the topic has to be told of the election: its definition, or that it is annulled.
alter table outbox add column if not exists kind text not null default 'election';
