-- Voters: who is on the roll, what they prove themselves by, and who has received a token. No row of a voter holds a time
-- or a number that grows. The three tables with a row per voter refer to `elections` without a foreign key, whose check would
-- lock the election's row while a roll is written, and with it an emergency stop.

-- As a manager has uploaded it. Goes with the keys when the election is erased.
create table if not exists roll (
  election_id text not null,
  -- The identity on the roll.
  voter text not null check (length(voter) between 1 and 200),
  -- Of the voters' OpenID Connect provider.
  subject text check (length(subject) between 1 and 255),
  -- HMAC-SHA-256 of the identity under the election's reference key: what the other tables know a voter by.
  voter_reference bytea not null check (octet_length(voter_reference) = 32),
  primary key (election_id, voter)
);
create unique index if not exists roll_subjects on roll (election_id, subject) where subject is not null;

-- Counting five million rows takes a second; changed with the roll, in one transaction.
create table if not exists roll_counts (
  election_id text primary key references elections (id),
  voters bigint not null
);

-- HMAC-SHA-256 of each voter's code, under a key that is not in this database.
create table if not exists voter_codes (
  election_id text not null,
  voter_reference bytea not null check (octet_length(voter_reference) = 32),
  code_hash bytea not null check (octet_length(code_hash) = 32),
  primary key (election_id, voter_reference),
  unique (election_id, code_hash)
);

-- `secret` elections: one row per voter, made with the roll and so before anybody asks (in `open` elections with the first
-- request). What a voter has had signed blindly stays as a hash: the same bytes get the same signature, others none.
create table if not exists blind_tokens (
  election_id text not null,
  voter_reference bytea not null check (octet_length(voter_reference) = 32),
  mode text not null default 'secret' check (mode = 'secret'),
  blinded_hash bytea check (octet_length(blinded_hash) = 32),
  token_key_id bytea check (octet_length(token_key_id) = 32),
  primary key (election_id, voter_reference),
  check ((blinded_hash is null) = (token_key_id is null))
);

-- A token that was given stays given: to other bytes, or to nobody, it never changes back.
create or replace function refuse_second_token() returns trigger language plpgsql as $$
begin
  if old.blinded_hash is not null and new.blinded_hash is distinct from old.blinded_hash then
    raise exception 'token-already-issued' using errcode = 'check_violation';
  end if;
  return new;
end
$$;
create or replace trigger one_token_each before update on blind_tokens
  for each row execute function refuse_second_token();

-- When the rows of an election were last written anew in roll order, so that their place and their transaction tell nothing.
create table if not exists token_rewrites (
  election_id text primary key references elections (id),
  rewritten_at timestamptz not null,
  -- After the closing: never again.
  final boolean not null
);

-- A key of its own for each election encrypts its private keys; it is itself encrypted by a key that is not in this
-- database. Elections from before have none: their keys are encrypted by that key directly.
alter table election_keys add column if not exists data_key bytea;

-- What is left of an election whose keys and roll have been destroyed.
create table if not exists erasures (
  election_id text primary key references elections (id),
  erased_at timestamptz not null,
  -- The last signed statement of how many tokens were given, since nothing can be signed any more.
  statement jsonb
);
