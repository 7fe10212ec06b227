-- A seal stays, as actions and annulments do: nor does emptying the table undo it.
create or replace trigger seals_not_emptied before truncate on seals
  for each statement execute function refuse_change_of_record();

-- Once an election is closed officially, the exact number of its tokens is signed whenever somebody asks: what it is read from
-- does not change any more, so that no two statements contradict each other. Tokens have been refused for 20 s by then, and no
-- request for one takes as long. Rows go with the election's erasure, which keeps the last statement. Rows of `blind_tokens`
-- are written anew after the closing; none is given without being counted in `issue_counts`, in one transaction.
create or replace function refuse_change_of_counted() returns trigger language plpgsql as $$
begin
  if exists (select from elections where id in (old.election_id, new.election_id) and phase = 'closed')
    and not (tg_op = 'DELETE' and exists (select from erasures where election_id = old.election_id))
  then
    raise exception 'election-closed' using errcode = 'check_violation';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end
$$;

-- Truncating spares nobody.
create or replace function refuse_emptying_of_counted() returns trigger language plpgsql as $$
begin
  if exists (select from elections where phase = 'closed') then
    raise exception 'election-closed' using errcode = 'check_violation';
  end if;
  return null;
end
$$;

do $$
declare
  counted text;
begin
  foreach counted in array array['issue_counts', 'issued', 'roll_counts'] loop
    execute format('create or replace trigger counts_final before insert or update or delete on %I
      for each row execute function refuse_change_of_counted()', counted);
    execute format('create or replace trigger counts_not_emptied before truncate on %I
      for each statement execute function refuse_emptying_of_counted()', counted);
  end loop;
end
$$;
