-- Signs what the registrar states of an election. Encrypted as the other keys; elections from before have none.
alter table election_keys add column if not exists registrar_key bytea;
