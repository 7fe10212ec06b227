import { type FormEvent, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { fetchOffers, type Offers } from '../sign-in/offers.ts';
import type { Provider } from '../sign-in/renewal.ts';
import { useTitle } from '../views/message.tsx';
import { Field } from './field.tsx';
import { say } from './say.ts';
import { beginSession, wasRefused } from './session.ts';

const RETRY_MILLIS = 3_000;

/** By the organisation's provider, or with a token of the registrar's file, as on a local installation. */
export function SignInView() {
  const [offers, setOffers] = useState<Offers | 'asking' | 'away'>('asking');
  useTitle(say('manage.sign-in'));
  useEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const found = await fetchOffers(leaving.signal);
      if (leaving.signal.aborted) return;
      setOffers(found ?? 'away');
      if (!found) timer = setTimeout(() => void look(), RETRY_MILLIS);
    };
    void look();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, []);
  const provider = typeof offers === 'string' ? null : offers.manager;
  return (
    <section className="vote">
      <header className="step-head">
        <h1>{say('manage.sign-in')}</h1>
        <p className="soft">{say('manage.sign-in-why')}</p>
      </header>
      {wasRefused() ? (
        <p className="card refusal" role="alert">
          {say('manage.sign-in-ended')}
        </p>
      ) : null}
      {offers === 'away' ? <p role="status">{say('registrar.away')}</p> : null}
      {provider ? <ProviderButton provider={provider} /> : null}
      {offers === 'asking' ? null : <TokenForm isOnly={provider === null} />}
    </section>
  );
}

function ProviderButton({ provider }: { provider: Provider }) {
  const [returnTo] = useLocation();
  const [isAway, setAway] = useState(false);
  const { host } = new URL(provider.issuer);
  const signIn = async () => {
    try {
      const { beginSignIn } = await import('../sign-in/code-flow.ts');
      await beginSignIn({ who: 'manager', returnTo }, provider);
    } catch {
      setAway(true);
    }
  };
  return (
    <div className="card">
      <p className="buttons">
        <button type="button" className="button primary" onClick={() => void signIn()}>
          {say('proof.sign-in-go', { host })}
        </button>
      </p>
      <p role="status">{isAway ? say('proof.sign-in-away') : null}</p>
    </div>
  );
}

function TokenForm({ isOnly }: { isOnly: boolean }) {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // As it is copied from a file or a terminal: the last word of the line.
    const word = token.trim().split(/\s+/).at(-1);
    if (word !== undefined && word !== '') beginSession(word);
  };
  return (
    <details className="card" open={isOnly}>
      <summary>{say('manage.with-token')}</summary>
      <form className="part" onSubmit={submit}>
        <Field id="token" label={say('manage.token')} help={say('manage.token-help')}>
          {props => (
            <input
              {...props}
              type="password"
              autoComplete="off"
              dir="ltr"
              required
              value={token}
              onChange={event => setToken(event.target.value)}
            />
          )}
        </Field>
        <p className="buttons">
          <button type="submit" className="button primary">
            {say('manage.sign-in')}
          </button>
        </p>
      </form>
    </details>
  );
}
