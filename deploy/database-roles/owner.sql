-- Who migrates. For psql, as the administrator, in the suite's database, once:
--   psql "$ADMINISTRATOR" -v ON_ERROR_STOP=1 -v owner=votes_owner -v password="$(cat votes-owner.password)" -f owner.sql
create role :owner login password :'password';
-- PostgreSQL lets an administrator who is no superuser set the owner's default privileges (service.sql) as a member only.
grant :owner to current_user;
grant create on schema public to :owner;
