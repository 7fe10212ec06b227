-- Who serves: reads and writes rows, and can't take away the triggers that refuse what must not change. For psql, as the
-- administrator, in the suite's database, before the first migration: what the owner made earlier is not given away by this.
--   psql "$ADMINISTRATOR" -v ON_ERROR_STOP=1 -v owner=votes_owner -v service=votes -v password="$(cat votes.password)" -f service.sql
create role :service login password :'password';
-- maintain (PostgreSQL 17): the registrar vacuums what it has erased and written anew. Without the right PostgreSQL leaves
-- the old rows where they were, and only warns.
alter default privileges for role :owner in schema public
  grant select, insert, update, delete, maintain on tables to :service;
alter default privileges for role :owner in schema public grant usage on sequences to :service;
