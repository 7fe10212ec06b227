import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { say } from '../language/say.ts';
import { beginSession } from '../manage/session.ts';
import { addresses } from '../route.ts';
import { Message } from '../views/message.tsx';
import { Link } from '../views/shell.tsx';
import { keepIdToken } from '../vote/kept-proof.ts';
import { finishSignIn, type SignedIn } from './code-flow.ts';

/** A code is taken once, however often the view is shown. */
let finishing: { readonly address: string; readonly signedIn: Promise<SignedIn> } | undefined;

function finishOnce(address: string): Promise<SignedIn> {
  finishing =
    finishing?.address === address ? finishing : { address, signedIn: finishSignIn(new URL(address)) };
  return finishing.signedIn;
}

/** Where providers send people back to: it takes the code out of the address, and goes on where they were. */
export function SignedInPage() {
  const [, go] = useLocation();
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    const address = window.location.href;
    const finish = async () => {
      const signedIn = await finishOnce(address);
      go(take(signedIn), { replace: true });
    };
    finish().catch(() => {
      window.history.replaceState(null, '', addresses.signedIn);
      setFailed(true);
    });
  }, [go]);
  if (!hasFailed) return <Message title={say('sign-in.working')} />;
  return (
    <Message title={say('sign-in.failed')}>
      {say('sign-in.failed-why')} <Link to={addresses.elections}>{say('election.all')}</Link>
    </Message>
  );
}

/** Keeps what was given, and says where to go on. */
function take({ by, accessToken, idToken, renewal }: SignedIn): string {
  if (by.who === 'manager') {
    beginSession(accessToken, renewal);
    return by.returnTo;
  }
  if (idToken !== undefined) keepIdToken(by.electionId, idToken);
  return addresses.vote(by.electionId);
}
