-- Decides on many requests for blind tokens at once, and counts those that are granted. The call is the transaction: when it
-- has returned, the grants are durable. For each request a code's hash, or a reference (`creates`: its row may be new), and the
-- hash of the blinded bytes; the answers are in the same order: `granted`, `other` (other bytes have been signed), `unknown`.
--
-- A loop and no join: rows are found by their primary key, one after the other in the order of references, whatever the planner
-- knows. Joined, every row of the election was read for each call until the tables had been analysed (measured: a thousand rows for
-- each token with 16,000 voters).
create or replace function grant_blind(
  election text, key_id bytea, code_hashes bytea[], voter_references bytea[], creates boolean[], blinded_hashes bytea[]
) returns text[] language plpgsql set enable_seqscan = off as $$
declare
  ask record;
  stored bytea;
  fresh bigint := 0;
  grants text[] := array_fill('unknown'::text, array[cardinality(blinded_hashes)]);
begin
  -- As election-lock.ts has it. The next statement sees what the holder before has committed.
  perform pg_advisory_xact_lock_shared(hashtextextended('suffrage tokens ' || election, 0));
  for ask in
    -- A code that is none goes on as a reference that nobody has: the same steps as for a code that has been used.
    select place, coalesce(
        (select voter_reference from voter_codes c where c.election_id = election and c.code_hash = asked.code_hash),
        asked.voter_reference, asked.code_hash) as reference, is_new, blinded_hash
    from unnest(code_hashes, voter_references, creates, blinded_hashes) with ordinality
      as asked (code_hash, voter_reference, is_new, blinded_hash, place)
    order by reference, place
  loop
    if ask.is_new then
      insert into blind_tokens (election_id, voter_reference) values (election, ask.reference) on conflict do nothing;
    end if;
    update blind_tokens set blinded_hash = ask.blinded_hash, token_key_id = key_id
    where election_id = election and voter_reference = ask.reference and blinded_hash is null;
    if found then
      fresh := fresh + 1;
      grants[ask.place] := 'granted';
    else
      select blinded_hash into stored from blind_tokens where election_id = election and voter_reference = ask.reference;
      grants[ask.place] :=
        case when stored is null then 'unknown' when stored = ask.blinded_hash then 'granted' else 'other' end;
    end if;
  end loop;
  -- Also where nothing was granted: a transaction that writes takes longer, and a wrong code is to take as long as a used one.
  update issue_counts set issued = issued + fresh where election_id = election;
  return grants;
end
$$;
