import { useState } from 'react';
import { Confirm } from '../confirm.tsx';
import { Field } from '../field.tsx';
import { useErase, useRotateKeys } from '../queries.ts';
import { say } from '../say.ts';
import type { ManagedElection } from '../schemas.ts';
import { titleOf } from './task-title.ts';

type Props = { election: ManagedElection; onClose: () => void };

export function RotateKeysDialog({ election, onClose }: Props) {
  const rotate = useRotateKeys(election.definition.id);
  return (
    <Confirm
      title={titleOf('rotate-keys', election)}
      confirm={say('task.rotate-keys-do')}
      isBusy={rotate.isPending}
      error={rotate.error}
      onConfirm={() => rotate.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>{say('task.rotate-keys-why')}</p>
    </Confirm>
  );
}

/** The election's name is typed: nothing else here destroys so much, and no copy is left to go back to. */
export function EraseDialog({ election, onClose }: Props) {
  const { id } = election.definition;
  const [typed, setTyped] = useState('');
  const erase = useErase(id);
  return (
    <Confirm
      title={titleOf('erase', election)}
      confirm={say('task.erase-do')}
      isGrave
      isBusy={erase.isPending}
      error={erase.error}
      onConfirm={() => {
        if (typed.trim() === id) erase.mutate(undefined, { onSuccess: onClose });
      }}
      onClose={onClose}
    >
      <p>{say('task.erase-why')}</p>
      <p className="soft">{say('task.erase-when')}</p>
      <Field id="erase-id" label={say('task.erase-type', { id })}>
        {props => (
          <input
            {...props}
            dir="ltr"
            required
            pattern={`\\s*${id}\\s*`}
            title={id}
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={event => setTyped(event.target.value)}
          />
        )}
      </Field>
    </Confirm>
  );
}
