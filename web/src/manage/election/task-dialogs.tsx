import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { formatInstant } from '../../format.ts';
import { Confirm } from '../confirm.tsx';
import { Field } from '../field.tsx';
import { instantsOf } from '../draft/form.ts';
import { rollQuery, useAct, useRemove } from '../queries.ts';
import { manageAddresses } from '../routes.ts';
import { say } from '../say.ts';
import type { ManagedElection } from '../schemas.ts';
import { EraseDialog, RotateKeysDialog } from './key-dialogs.tsx';
import { titleOf } from './task-title.ts';
import type { Task } from './tasks.ts';
import { localInputOf } from '../local-input.ts';

type Props = { election: ManagedElection; onClose: () => void };

/** Asks before the task is done, and for what it needs. */
export function TaskDialog({ task, ...props }: Props & { task: Task }) {
  switch (task) {
    case 'publish':
    case 'open':
    case 'seal':
      return <PlainDialog task={task} {...props} />;
    case 'stop':
    case 'annul':
      return <ReasonDialog task={task} {...props} />;
    case 'move':
      return <MoveDialog {...props} />;
    case 'duplicate':
      return <DuplicateDialog {...props} />;
    case 'remove':
      return <RemoveDialog {...props} />;
    case 'rotate-keys':
      return <RotateKeysDialog {...props} />;
    case 'erase':
      return <EraseDialog {...props} />;
  }
}

function PlainDialog({ task, election, onClose }: Props & { task: 'publish' | 'open' | 'seal' }) {
  const { id, opensAt, closesAt, timeZone } = election.definition;
  const act = useAct(id);
  const when = { opens: formatInstant(opensAt, timeZone), closes: formatInstant(closesAt, timeZone) };
  return (
    <Confirm
      title={titleOf(task, election)}
      confirm={say(`task.${task}-do`)}
      isBusy={act.isPending}
      error={act.error}
      onConfirm={() => act.mutate({ action: task }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>{say(`task.${task}-why`, when)}</p>
      {task === 'seal' ? null : <EmptyRoll election={election} />}
    </Confirm>
  );
}

/** Once voting has begun nobody comes onto the roll any more. */
function EmptyRoll({ election: { definition } }: { election: ManagedElection }) {
  const isRoll = definition.eligibility === 'roll';
  const { data } = useQuery({ ...rollQuery(definition.id), enabled: isRoll });
  return isRoll && data?.voters === 0 ? <p className="refusal">{say('task.roll-empty')}</p> : null;
}

function ReasonDialog({ task, election, onClose }: Props & { task: 'stop' | 'annul' }) {
  const [reason, setReason] = useState('');
  const act = useAct(election.definition.id);
  const action = task === 'stop' ? 'close' : 'annul';
  return (
    <Confirm
      title={titleOf(task, election)}
      confirm={say(`task.${task}-do`)}
      isGrave
      isBusy={act.isPending}
      error={act.error}
      onConfirm={() => act.mutate({ action, body: { reason } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>{say(`task.${task}-why`)}</p>
      <ReasonField reason={reason} onReason={setReason} />
    </Confirm>
  );
}

function ReasonField({ reason, onReason }: { reason: string; onReason: (reason: string) => void }) {
  return (
    <Field id="reason" label={say('task.reason')} help={say('task.reason-help')}>
      {props => (
        <textarea
          {...props}
          rows={3}
          dir="auto"
          required
          minLength={3}
          maxLength={1_000}
          value={reason}
          onChange={event => onReason(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Later is an extension; earlier takes time to vote away, and needs a reason. */
function MoveDialog({ election, onClose }: Props) {
  const { id, closesAt, timeZone } = election.definition;
  const unmoved = localInputOf(closesAt, timeZone);
  const [local, setLocal] = useState(unmoved);
  const [reason, setReason] = useState('');
  const act = useAct(id);
  // In the hour that clocks show twice: the later one, as nobody is to lose time to vote.
  const next = instantsOf(local, timeZone).at(-1);
  // The field has no seconds, the closing may.
  const moved = next === undefined || local === unmoved ? 0 : Date.parse(next) - Date.parse(closesAt);
  const isEarlier = moved < 0;
  const body = { closesAt: next, ...(isEarlier ? { reason } : {}) };
  return (
    <Confirm
      title={titleOf('move', election)}
      confirm={say('task.move-do')}
      isGrave={isEarlier}
      isBusy={act.isPending}
      error={act.error}
      onConfirm={() => {
        if (moved !== 0) act.mutate({ action: 'close', body }, { onSuccess: onClose });
      }}
      onClose={onClose}
    >
      <p>{say('task.move-why', { closes: formatInstant(closesAt, timeZone) })}</p>
      <Field id="closes" label={say('task.move-to', { zone: timeZone })}>
        {props => (
          <>
            <input
              {...props}
              type="datetime-local"
              required
              value={local}
              onChange={event => setLocal(event.target.value)}
              aria-invalid={moved === 0}
              aria-describedby="closes-state"
            />
            <p id="closes-state" className="soft" aria-live="polite">
              {next === undefined || moved === 0
                ? say('task.move-same')
                : say(isEarlier ? 'task.move-earlier' : 'task.move-later', {
                    closes: formatInstant(next, timeZone),
                  })}
            </p>
          </>
        )}
      </Field>
      {isEarlier ? <ReasonField reason={reason} onReason={setReason} /> : null}
    </Confirm>
  );
}

function DuplicateDialog({ election, onClose }: Props) {
  const [id, setId] = useState(`${election.definition.id}-2`.slice(-63));
  const [, go] = useLocation();
  const act = useAct(election.definition.id);
  return (
    <Confirm
      title={titleOf('duplicate', election)}
      confirm={say('task.duplicate-do')}
      isBusy={act.isPending}
      error={act.error}
      onConfirm={() =>
        act.mutate(
          { action: 'duplicate', body: { id } },
          { onSuccess: () => go(manageAddresses.election(id)) },
        )
      }
      onClose={onClose}
    >
      <p>{say('task.duplicate-why')}</p>
      <Field id="copy-id" label={say('form.id')} help={say('fault.id')}>
        {props => (
          <input
            {...props}
            dir="ltr"
            required
            pattern="[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?"
            value={id}
            onChange={event => setId(event.target.value)}
          />
        )}
      </Field>
    </Confirm>
  );
}

function RemoveDialog({ election, onClose }: Props) {
  const [, go] = useLocation();
  const remove = useRemove(election.definition.id);
  return (
    <Confirm
      title={titleOf('remove', election)}
      confirm={say('task.remove-do')}
      isGrave
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined, { onSuccess: () => go(manageAddresses.elections) })}
      onClose={onClose}
    >
      <p>{say('task.remove-why')}</p>
    </Confirm>
  );
}
