import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { formatCount } from '../../format.ts';
import { ask, askForFile } from '../ask.ts';
import { Confirm } from '../confirm.tsx';
import { rollQuery } from '../queries.ts';
import { problemOf, RefusalNote } from '../refusal.tsx';
import { say } from '../say.ts';
import { type ManagedElection, rollChangeSchema } from '../schemas.ts';
import { saveFile } from './save-file.ts';

/** The roll and its codes. */
export function VotersSection({ election }: { election: ManagedElection }) {
  const { definition, phase } = election;
  const { data } = useQuery(rollQuery(definition.id));
  const givesCodes = (definition.voterProof ?? 'code') === 'code';
  const mayChange = phase === 'draft' || phase === 'scheduled';
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

function RollUpload({ election: { definition, phase } }: { election: ManagedElection }) {
  const { id } = definition;
  const client = useQueryClient();
  const upload = useMutation({
    mutationFn: (file: File) =>
      ask(`/v1/elections/${id}/roll`, rollChangeSchema, { method: 'PUT', body: { csv: file } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['election', id] }),
  });
  return (
    <div className="field">
      <label htmlFor="roll">{say('voters.upload')}</label>
      <p id="roll-help" className="soft">
        {say(phase === 'draft' ? 'voters.upload-help' : 'voters.upload-scheduled')}
      </p>
      <input
        id="roll"
        type="file"
        accept=".csv,text/csv"
        aria-describedby="roll-help"
        disabled={upload.isPending}
        onChange={event => {
          const [file] = event.target.files ?? [];
          // The same file, once it is mended, can be chosen again.
          event.target.value = '';
          if (file) upload.mutate(file);
        }}
      />
      <p role="status" data-testid="roll-state">
        {upload.isPending ? say('voters.uploading', { size: sizeOf(upload.variables) }) : null}
        {upload.data ? say('voters.uploaded', upload.data) : null}
      </p>
      {upload.error ? <RollRefused error={upload.error} /> : null}
    </div>
  );
}

function sizeOf(file: File): string {
  return `${formatCount(Math.ceil(file.size / 1_024))} KiB`;
}

/** Which rows are wrong, and why: nothing of the file was taken. */
function RollRefused({ error }: { error: Error }) {
  const { rows = [], rowCount = 0 } = problemOf(error);
  return (
    <>
      <RefusalNote error={error} />
      {rows.length === 0 ? null : (
        <div
          className="scroll"
          role="group"
          aria-label={say('voters.rows', { count: rowCount })}
          tabIndex={0}
        >
          <table>
            <caption>{say('voters.rows', { count: rowCount })}</caption>
            <thead>
              <tr>
                <th scope="col">{say('voters.line')}</th>
                <th scope="col">{say('voters.reason')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ line, reason }) => (
                <tr key={`${line} ${reason}`}>
                  <td>{formatCount(line)}</td>
                  <td lang="en" dir="auto">
                    {reason}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
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
