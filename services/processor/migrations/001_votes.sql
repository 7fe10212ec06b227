-- The authority on what counts. One such database per shard (or one for several shards).
-- Column order puts fixed-width fields first: less padding per row.

-- Counted votes. The primary key is the promise "counted at most once".
create table if not exists votes (
  revision integer not null,
  partition integer not null,
  record_offset bigint not null,
  -- Record timestamp: ingestion's clock at the append, milliseconds since 1970.
  cast_at bigint not null,
  election_id text not null,
  ballot_key bytea not null check (octet_length(ballot_key) = 32),
  vote_id bytea not null check (octet_length(vote_id) = 32),
  -- Canonical bytes: for each contest in ballot order u16 count, then ascending u16 option indexes.
  selections bytea not null,
  primary key (election_id, ballot_key)
);

-- Look-up by vote ID; in `secret` mode the ballot key is the vote ID and the primary key serves.
create index if not exists votes_by_vote_id on votes (election_id, vote_id) where ballot_key <> vote_id;

-- Every record that was not counted when it was processed. A requeued record leaves this table when it counts.
create table if not exists outcomes (
  partition integer not null,
  record_offset bigint not null,
  outcome text not null check (outcome in ('duplicate', 'older-revision', 'rejected', 'quarantined')),
  -- Why, for `rejected` and `quarantined`.
  code text,
  -- Null where the record could not be read.
  election_id text,
  vote_id bytea,
  -- The counted vote that it gave way to, for `duplicate` and `older-revision`.
  gave_way_to bytea,
  -- The record itself, kept only while the database refuses it, so that it can be tried again.
  record bytea,
  -- Its timestamp, for the same reason.
  cast_at bigint,
  -- Whether topic `votes.quarantine` has a copy.
  relayed boolean not null default false,
  primary key (partition, record_offset)
);

create index if not exists outcomes_by_vote_id on outcomes (election_id, vote_id);
create index if not exists outcomes_to_requeue on outcomes (partition, record_offset) where code = 'database-refused';
create index if not exists outcomes_to_relay on outcomes (partition) where outcome = 'quarantined' and not relayed;

-- Counted records that a later revision replaced, and by which.
create table if not exists superseded (
  partition integer not null,
  record_offset bigint not null,
  revision integer not null,
  election_id text not null,
  vote_id bytea not null,
  superseded_by bytea not null,
  primary key (partition, record_offset)
);

create index if not exists superseded_by_vote_id on superseded (election_id, vote_id);

-- Running counts. Each partition writes rows of its own, so partitions never wait for each other; after a revision one
-- partition's number may be negative, only sums over partitions mean anything. Contest '*', option '*' counts votes.
create table if not exists tallies (
  election_id text not null,
  contest text not null,
  option text not null,
  partition integer not null,
  votes bigint not null,
  primary key (election_id, contest, option, partition)
);

-- How many counted records each ingestion process appended.
create table if not exists intake (
  election_id text not null,
  instance text not null,
  partition integer not null,
  votes bigint not null,
  primary key (election_id, instance, partition)
);

-- Where each partition's work resumes, and the fence: whoever raised `epoch` last may write.
-- Always next_offset = counted + not_counted, because the log starts at 0.
create table if not exists progress (
  topic text not null,
  partition integer not null,
  epoch bigint not null default 0,
  next_offset bigint not null default 0,
  counted bigint not null default 0,
  not_counted bigint not null default 0,
  requeued bigint not null default 0,
  primary key (topic, partition),
  check (next_offset = counted + not_counted)
);
