import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { askForFile } from '../ask.ts';
import { Confirm } from '../confirm.tsx';
import { rollQuery, useErasedAt } from '../queries.ts';
import { RefusalNote } from '../refusal.tsx';
import { say } from '../say.ts';
import type { ManagedElection } from '../schemas.ts';
import { CodeAgain } from './code-again.tsx';
import { RollUpload } from './roll-upload.tsx';
import { saveFile } from './save-file.ts';

/** The roll and its codes. */
export function VotersSection({ election }: { election: ManagedElection }) {
  const { definition, phase } = election;
  const { data } = useQuery(rollQuery(definition.id));
  const erasedAt = useErasedAt(definition.id);
  const givesCodes = (definition.voterProof ?? 'code') === 'code';
  const mayChange = phase === 'draft' || phase === 'scheduled';
  if (erasedAt !== undefined) return null;
  return (
    <section className="card part" aria-labelledby="voters">
      <h2 id="voters">{say('voters.title')}</h2>
      <p data-testid="roll-count">
        {data === undefined ? say('manage.loading') : say('voters.count', { count: data.voters })}
      </p>
      {mayChange ? <RollUpload election={election} /> : <p className="soft">{say('voters.locked')}</p>}
      {givesCodes ? <Codes election={election} hasVoters={(data?.voters ?? 0) > 0} /> : null}
    </section>
  );
}

function Codes({
  election: { definition, phase },
  hasVoters,
}: {
  election: ManagedElection;
  hasVoters: boolean;
}) {
  const { id } = definition;
  const [isReplacing, setReplacing] = useState(false);
  const [isGivingOne, setGivingOne] = useState(false);
  const make = useMutation({
    mutationFn: (replace: boolean) =>
      askForFile(`/v1/elections/${id}/codes`, { method: 'POST', body: { json: { replace } } }),
    onSuccess: file => {
      setReplacing(false);
      saveFile(`${id}-codes.csv`, file);
    },
  });
  const isOver = phase === 'closed' || phase === 'sealed';
  if (isOver) return null;
  return (
    <div className="part">
      <h3>{say('codes.title')}</h3>
      <p className="soft">{say('codes.why')}</p>
      <p className="buttons">
        <button
          type="button"
          className="button"
          aria-disabled={!hasVoters || make.isPending}
          onClick={() => hasVoters && !make.isPending && make.mutate(false)}
        >
          {say('codes.make')}
        </button>
        {hasVoters ? (
          <button
            type="button"
            className="button"
            data-testid="code-again"
            onClick={() => setGivingOne(true)}
          >
            {say('codes.again')}
          </button>
        ) : null}
        {phase === 'open' || !hasVoters ? null : (
          <button type="button" className="button grave" onClick={() => setReplacing(true)}>
            {say('codes.replace')}
          </button>
        )}
      </p>
      <p role="status" data-testid="codes-state">
        {codesWords(hasVoters, make.isPending, make.data)}
      </p>
      {make.error && !isReplacing ? <RefusalNote error={make.error} /> : null}
      {isGivingOne ? <CodeAgain electionId={id} onClose={() => setGivingOne(false)} /> : null}
      {isReplacing ? (
        <Confirm
          title={say('codes.replace')}
          confirm={say('codes.replace-do')}
          isGrave
          isBusy={make.isPending}
          error={make.error}
          onConfirm={() => make.mutate(true)}
          onClose={() => setReplacing(false)}
        >
          <p>{say('codes.replace-why')}</p>
        </Confirm>
      ) : null}
    </div>
  );
}

const HEADER_BYTES = 'voter,code\r\n'.length;

function codesWords(hasVoters: boolean, isMaking: boolean, made: Blob | undefined): string | null {
  if (!hasVoters) return say('codes.no-voters');
  if (isMaking) return say('codes.making');
  if (!made) return null;
  return say(made.size <= HEADER_BYTES ? 'codes.none-left' : 'codes.made');
}
