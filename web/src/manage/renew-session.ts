import { continueSession, currentSession, type Session } from './session.ts';

type Renewed = { readonly token: string } | 'ended' | 'unavailable';

/** A refresh token may be good for one use: all who need a new token wait for the same one. */
let renewing: { readonly id: string; readonly renewed: Promise<Renewed> } | undefined;

/** The token of who is signed in, renewed when its time is nearly over. Where that fails it is still the old one. */
export async function currentToken(): Promise<string | null> {
  const session = currentSession();
  if (session?.renewal && Date.now() >= session.renewal.renewAt) await renewOnce(session);
  return currentSession()?.token ?? null;
}

/** After the registrar has refused `token`. `ended`: who is signed in has to sign in again. */
export async function renewRefused(token: string): Promise<Renewed> {
  const session = currentSession();
  if (session === null) return 'ended';
  // Somebody else's request has renewed it meanwhile.
  if (session.token !== token) return { token: session.token };
  return renewOnce(session);
}

function renewOnce(session: Session): Promise<Renewed> {
  if (renewing?.id === session.id) return renewing.renewed;
  const renewed = renew(session).finally(() => {
    renewing = undefined;
  });
  renewing = { id: session.id, renewed };
  return renewed;
}

async function renew({ id, token, renewal }: Session): Promise<Renewed> {
  if (!renewal) return 'ended';
  try {
    const { renewSignIn } = await import('../sign-in/code-flow.ts');
    const next = await renewSignIn(renewal);
    if (next === 'refused') {
      continueSession(id, token, undefined);
      return 'ended';
    }
    continueSession(id, next.accessToken, next.renewal);
    return { token: next.accessToken };
  } catch {
    // The provider can't be reached, or it is not understood.
    return 'unavailable';
  }
}

/** Tells the provider that nobody is to renew this sign-in any more. Best effort: the tab forgets it in any case. */
export function forgetAtProvider(): void {
  const renewal = currentSession()?.renewal;
  if (!renewal) return;
  void import('../sign-in/code-flow.ts')
    .then(({ revokeRenewal }) => revokeRenewal(renewal))
    .catch(() => undefined);
}
