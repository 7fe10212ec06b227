-- The registrar's own database: elections, their keys, and who has received a token. It shares nothing with the votes.

create table if not exists elections (
  id text primary key,
  -- ElectionDefinition as it is, or will be, published.
  definition jsonb not null,
  phase text not null check (phase in ('draft', 'published', 'closed')),
  -- The closing that topic `elections` has, and so everybody knows.
  announced_closes_at timestamptz
);

-- Published definitions are locked: only closesAt may move, before it is reached; phases only go forward.
create or replace function refuse_change_of_published() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.phase <> 'draft' then
      raise exception 'election-locked' using errcode = 'check_violation';
    end if;
    return old;
  end if;
  if old.phase = 'draft' then
    return new;
  end if;
  if new.id <> old.id or (new.definition - 'closesAt') is distinct from (old.definition - 'closesAt') then
    raise exception 'election-locked' using errcode = 'check_violation';
  end if;
  if new.phase = 'draft' or (old.phase = 'closed' and new is distinct from old) then
    raise exception 'election-locked' using errcode = 'check_violation';
  end if;
  -- What counts is what everybody knows: a closing that was never announced in time may still be replaced.
  if new.definition is distinct from old.definition
    and coalesce(new.announced_closes_at, old.announced_closes_at, (old.definition ->> 'closesAt')::timestamptz) <= now()
    and (new.definition ->> 'closesAt')::timestamptz is distinct from new.announced_closes_at
  then
    raise exception 'election-locked' using errcode = 'check_violation';
  end if;
  return new;
end
$$;

create or replace trigger elections_locked before update or delete on elections
  for each row execute function refuse_change_of_published();

-- Private keys, each encrypted with AES-256-GCM under a key that is not in this database; the election id is bound in.
create table if not exists election_keys (
  election_id text primary key references elections (id),
  token_key bytea not null,
  -- Keys the HMAC that makes voter references, so that they differ between elections.
  reference_key bytea not null
);

-- How many tokens an election has given. In `secret` elections that is all that is kept: no voter, no time, no order.
create table if not exists issue_counts (
  election_id text primary key references elections (id),
  issued bigint not null default 0
);

-- `pseudonymous` elections: the latest token of each voter reference.
create table if not exists issued (
  election_id text not null references elections (id),
  voter_reference bytea not null check (octet_length(voter_reference) = 32),
  revision integer not null check (revision >= 1),
  vote_id bytea not null check (octet_length(vote_id) = 32),
  primary key (election_id, voter_reference)
);

-- Elections about which topic `elections` has to be told: written with the change itself, removed once the brokers have
-- confirmed. Written under the lock of the election's row, so ids of one election grow with its changes.
create table if not exists outbox (
  id bigint generated always as identity primary key,
  election_id text not null references elections (id)
);

-- Each attempt to tell has a version of its own: of two that were sent, the later one counts.
create sequence if not exists announcement_versions;
