import { useEffect, useState } from 'react';
import { say } from '../language/say.ts';
import { fetchOffers } from '../sign-in/offers.ts';
import type { Provider } from '../sign-in/renewal.ts';
import { StepHeading } from './step-heading.tsx';

type Offer = Provider | 'asking' | 'none' | 'away';
type Props = { electionId: string; place?: string };

/** Sends the voter to the provider, and from there back to this election. */
export function SignInForm({ electionId, place }: Props) {
  const [offer, setOffer] = useState<Offer>('asking');
  useEffect(() => {
    const leaving = new AbortController();
    void fetchOffers(leaving.signal).then(offers => {
      if (!leaving.signal.aborted) setOffer(offers ? (offers.voter ?? 'none') : 'away');
    });
    return () => leaving.abort();
  }, []);
  const signIn = async (provider: Provider) => {
    try {
      const { beginSignIn } = await import('../sign-in/code-flow.ts');
      await beginSignIn({ who: 'voter', electionId }, provider);
    } catch {
      setOffer('away');
    }
  };
  return (
    <section className="vote">
      <StepHeading title={say('proof.sign-in')} {...(place === undefined ? {} : { place })} />
      <p className="card" role="status">
        {wordsOf(offer)}
      </p>
      <p className="buttons">
        {typeof offer === 'string' ? null : (
          <button type="button" className="button primary" onClick={() => void signIn(offer)}>
            {say('proof.sign-in-go', { host: new URL(offer.issuer).host })}
          </button>
        )}
      </p>
    </section>
  );
}

function wordsOf(offer: Offer): string {
  if (offer === 'asking') return say('election.loading');
  if (offer === 'none') return say('proof.sign-in-none');
  if (offer === 'away') return say('proof.sign-in-away');
  return say('proof.sign-in-why', { host: new URL(offer.issuer).host });
}
