import type { Proof } from '@suffrage/client/browser';
import { type FormEvent, useState } from 'react';
import { say } from '../language/say.ts';
import type { Asked } from './asked-of-voter.ts';
import { StepHeading } from './step-heading.tsx';
import { readTypedCode, type TypedCode } from './typed-code.ts';

/** What voters type in. */
type Typed = Extract<Asked, 'code' | 'name'>;

type Props = {
  asked: Typed;
  place?: string;
  onBack?: () => void;
  onProof: (proof: Proof) => void;
};

/** What the voter brings to show the right to vote. */
export function ProofForm({ asked, place, onBack, onProof }: Props) {
  const [typed, setTyped] = useState('');
  const [isChecked, setChecked] = useState(false);
  const proof = proofIn(asked, typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (proof) return onProof(proof);
    setChecked(true);
    document.getElementById('proof')?.focus();
  };
  return (
    <form className="vote" noValidate onSubmit={submit}>
      <StepHeading title={say('proof.title')} {...(place === undefined ? {} : { place })} />
      <div className="card field">
        <label htmlFor="proof">{say(asked === 'code' ? 'proof.code' : 'proof.name')}</label>
        <p id="proof-help" className="soft">
          {say(asked === 'code' ? 'proof.code-help' : 'proof.name-help')}
        </p>
        <input
          id="proof"
          className={asked}
          value={typed}
          onChange={event => setTyped(event.target.value)}
          autoComplete="off"
          autoCapitalize={asked === 'code' ? 'characters' : 'off'}
          spellCheck={false}
          dir={asked === 'code' ? 'ltr' : 'auto'}
          maxLength={asked === 'code' ? 40 : 200}
          aria-invalid={isChecked && !proof}
          aria-describedby="proof-help proof-state"
        />
        <p id="proof-state" className="standing" aria-live="polite" data-testid="proof-state">
          {asked === 'code' ? codeWords(readTypedCode(typed)) : null}
        </p>
      </div>
      <p className="buttons">
        {onBack ? (
          <button type="button" className="button" onClick={onBack}>
            {say('proof.back')}
          </button>
        ) : null}
        <button type="submit" className="button primary">
          {say(onBack ? 'proof.next' : 'problem.resume')}
        </button>
      </p>
    </form>
  );
}

function proofIn(asked: Typed, typed: string): Proof | undefined {
  if (asked === 'name') return typed.trim() === '' ? undefined : { voter: typed.trim() };
  const read = readTypedCode(typed);
  return read.kind === 'good' ? { code: read.code } : undefined;
}

function codeWords(typed: TypedCode): string {
  switch (typed.kind) {
    case 'typing':
      return say('proof.code-typed', { count: typed.count });
    case 'too-long':
      return say('proof.code-long');
    case 'strange-symbol':
      return say('proof.code-symbol');
    case 'wrong':
      return say('proof.code-wrong');
    case 'good':
      return say('proof.code-good');
  }
}
