import type { Proof } from '@suffrage/client/browser';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { useState } from 'react';
import { paths } from '../api/fetch.ts';
import type { Phase } from '../api/schemas.ts';
import { useDocument } from '../hooks.ts';
import { say } from '../language/say.ts';
import { addresses } from '../route.ts';
import { Message } from '../views/message.tsx';
import { Link } from '../views/shell.tsx';
import { NoElection } from '../views/no-election.tsx';
import { type Asked, askedOf } from './asked-of-voter.ts';
import { Ballot } from './ballot.tsx';
import type { Marked } from './marks.ts';
import { keptProof } from './kept-proof.ts';
import { ProofForm } from './proof-form.tsx';
import { Review } from './review.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { votableSchema } from './votable.ts';

const REFRESH_MILLIS = 30_000;

type Props = {
  id: string;
  marked: Marked;
  onMark: (marked: Marked) => void;
  onCast: (definition: ElectionDefinition, proof: Proof | undefined) => void;
};

export function Choice({ id, ...props }: Props) {
  const loaded = useDocument(paths.election(id), votableSchema, REFRESH_MILLIS);
  if (loaded.status !== 'ready') return <NoElection status={loaded.status} />;
  return <ChoiceSteps {...loaded.value} {...props} />;
}

type Step = 'ballot' | 'proof' | 'review';

/** Signing in leaves the page, and marks are kept nowhere before they are cast: so it comes first. */
function stepsFor(asked: Asked, phase: Phase): readonly [Step, ...Step[]] {
  switch (asked) {
    case 'nothing':
    case 'session':
      return ['ballot', 'review'];
    case 'code':
    case 'name':
      return ['ballot', 'proof', 'review'];
    case 'sign-in':
      return phase === 'open' ? ['proof', 'ballot', 'review'] : ['ballot', 'review'];
  }
}

type StepsProps = Omit<Props, 'id'> & { definition: ElectionDefinition; phase: Phase };

function ChoiceSteps({ definition, phase, marked, onMark, onCast }: StepsProps) {
  const asked = askedOf(definition);
  const [proof, setProof] = useState<Proof | undefined>(() => keptProof(definition.id));
  const stepsOf = stepsFor(asked, phase);
  const [step, setStep] = useState<Step>(proof === undefined ? stepsOf[0] : 'ballot');
  if (phase === 'closed' || phase === 'sealed') {
    return (
      <Message title={say('vote.over')}>
        {say('vote.over-why')} <Link to={addresses.election(definition.id)}>{say('elections.results')}</Link>
      </Message>
    );
  }
  const place = say('vote.step', { step: stepsOf.indexOf(step) + 1, steps: stepsOf.length });
  const next = stepsOf[stepsOf.indexOf(step) + 1] ?? 'review';
  if (step === 'proof' && asked === 'sign-in') return <SignInForm electionId={definition.id} place={place} />;
  switch (step) {
    case 'ballot':
      return (
        <Ballot
          definition={definition}
          place={place}
          marked={marked}
          onMark={onMark}
          onNext={phase === 'open' ? () => setStep(next) : undefined}
        />
      );
    case 'proof':
      return (
        <ProofForm
          asked={asked === 'name' ? 'name' : 'code'}
          place={place}
          onBack={() => setStep('ballot')}
          onProof={shown => {
            setProof(shown);
            setStep('review');
          }}
        />
      );
    case 'review':
      return (
        <Review
          definition={definition}
          place={place}
          marked={marked}
          needsSession={asked === 'session'}
          onChange={() => setStep('ballot')}
          onCast={session => onCast(definition, session ?? proof)}
        />
      );
  }
}
