import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../ask.ts';
import { Confirm, DialogFrame } from '../confirm.tsx';
import { Field } from '../field.tsx';
import { say } from '../say.ts';
import { givenCodeSchema } from '../schemas.ts';

type Props = { electionId: string; onClose: () => void };

/**
 * Another code for one voter, whose letter is lost, say. It is shown until the dialog is left, and kept nowhere, the clipboard
 * included, which other programs read and devices share.
 */
export function CodeAgain({ electionId, onClose }: Props) {
  const [voter, setVoter] = useState('');
  const give = useMutation({
    mutationFn: () =>
      ask(`/v1/elections/${encodeURIComponent(electionId)}/codes/again`, givenCodeSchema, {
        method: 'POST',
        body: { json: { voter } },
      }),
    gcTime: 0,
  });
  if (give.data) return <GivenCode {...give.data} onClose={onClose} />;
  return (
    <Confirm
      title={say('codes.again')}
      confirm={say('codes.again-do')}
      isBusy={give.isPending}
      error={give.error}
      onConfirm={() => give.mutate()}
      onClose={onClose}
    >
      <p>{say('codes.again-why')}</p>
      <Field id="code-voter" label={say('codes.again-voter')} help={say('codes.again-voter-help')}>
        {props => (
          <input
            {...props}
            dir="auto"
            required
            maxLength={200}
            autoComplete="off"
            spellCheck={false}
            value={voter}
            onChange={event => setVoter(event.target.value)}
          />
        )}
      </Field>
    </Confirm>
  );
}

function GivenCode({ voter, code, onClose }: { voter: string; code: string; onClose: () => void }) {
  return (
    <DialogFrame title={say('codes.again')} isDismissable={false} onClose={onClose}>
      <p>{say('codes.again-given', { voter })}</p>
      <p className="given-code" dir="ltr" data-testid="given-code">
        {code}
      </p>
      <p className="soft">{say('codes.again-once')}</p>
      <p className="buttons">
        <button type="button" className="button primary" onClick={onClose}>
          {say('confirm.done')}
        </button>
      </p>
    </DialogFrame>
  );
}
