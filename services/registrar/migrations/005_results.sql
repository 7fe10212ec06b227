-- Elections that a manager has sealed. The row is the decision and, until it is told, the message about it.
create table if not exists seals (
  election_id text primary key references elections (id),
  -- What was closed.
  closes_at text not null,
  -- Of registrars before version 006: whether topic `elections` has it. What has been read back from there tells that now.
  told boolean not null default false
);

-- Only a closed election can be sealed, and a seal stays.
create or replace function refuse_unsealing() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from elections where id = new.election_id and phase = 'closed') then
      raise exception 'election-phase' using errcode = 'check_violation';
    end if;
    return new;
  end if;
  if tg_op = 'DELETE' or new.election_id <> old.election_id or new.closes_at <> old.closes_at then
    raise exception 'election-sealed' using errcode = 'check_violation';
  end if;
  return new;
end
$$;

create or replace trigger seals_stay before insert or update or delete on seals
  for each row execute function refuse_unsealing();

-- Once, whichever replica comes first.
create unique index if not exists actions_sealed_once on actions (election_id) where action = 'sealed';
