import { useRef, useState } from 'react';
import { formatAxis, formatCount } from '../../format.ts';
import { Field } from '../field.tsx';
import { useUploadRoll } from '../queries.ts';
import { problemOf, RefusalNote } from '../refusal.tsx';
import { say } from '../say.ts';
import type { BadRow, ManagedElection } from '../schemas.ts';

/** Sends the roll's file, says how far it is, and which of its rows are wrong. */
export function RollUpload({ election: { definition, phase } }: { election: ManagedElection }) {
  const upload = useUploadRoll(definition.id);
  const [sent, setSent] = useState(0);
  const stopping = useRef<AbortController>(undefined);
  const start = (file: File) => {
    const stop = new AbortController();
    stopping.current = stop;
    setSent(0);
    upload.mutate({ file, signal: stop.signal, onSent: setSent });
  };
  const isStopped = upload.error !== null && upload.variables.signal.aborted;
  return (
    <>
      <Field
        id="roll"
        label={say('voters.upload')}
        help={say(phase === 'draft' ? 'voters.upload-help' : 'voters.upload-scheduled')}
      >
        {props => (
          <input
            {...props}
            type="file"
            accept=".csv,text/csv"
            disabled={upload.isPending}
            onChange={event => {
              const [file] = event.target.files ?? [];
              // The same file, once it is mended, can be chosen again.
              event.target.value = '';
              if (file) start(file);
            }}
          />
        )}
      </Field>
      {upload.isPending && sent < 1 ? <Sending sent={sent} onStop={() => stopping.current?.abort()} /> : null}
      <p role="status" data-testid="roll-state">
        {upload.isPending ? pendingWords(upload.variables.file, sent) : null}
        {upload.data ? say('voters.uploaded', upload.data) : null}
        {isStopped ? say('voters.stopped') : null}
      </p>
      {upload.error && !isStopped ? <RollRefused error={upload.error} /> : null}
    </>
  );
}

function Sending({ sent, onStop }: { sent: number; onStop: () => void }) {
  return (
    <p className="sending">
      <progress value={sent} max={1} aria-label={say('voters.upload')} />
      <span className="number">{formatAxis(sent)}</span>
      <button type="button" className="button small" onClick={onStop}>
        {say('voters.stop')}
      </button>
    </p>
  );
}

/** Without the share: a screen reader would speak of nothing else. */
function pendingWords({ name, size }: File, sent: number): string {
  const words = { name, size: `${formatCount(Math.ceil(size / 1_024))} KiB` };
  return say(sent < 1 ? 'voters.uploading' : 'voters.checking', words);
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
              {rows.map(row => (
                <tr key={`${row.line} ${row.reason}`}>
                  <td>{formatCount(row.line)}</td>
                  <Reason row={row} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** Of a fault that the page does not know: the registrar's own words. */
function Reason({ row: { code, values, reason } }: { row: BadRow }) {
  return code ? (
    <td>{say(`row.${code}`, values)}</td>
  ) : (
    <td lang="en" dir="auto">
      {reason}
    </td>
  );
}
