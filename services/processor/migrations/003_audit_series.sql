-- An auditor may report again: the addenda of an election are a numbered series. All else is stated once.
alter table statements add column if not exists number int not null default 1;
alter table statements drop constraint if exists statements_once;
alter table statements add constraint statements_once
  check (number = 1 or (number > 1 and kind = 'audit-addendum'));
alter table statements drop constraint if exists statements_pkey;
alter table statements add constraint statements_pkey primary key (election_id, kind, number);
