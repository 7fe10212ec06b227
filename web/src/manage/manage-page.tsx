import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { Route, Switch } from 'wouter';
import { Message } from '../views/message.tsx';
import { Link } from '../views/shell.tsx';
import { AuditView } from './audit/audit-view.tsx';
import { EditView } from './draft/edit-view.tsx';
import { NewView } from './draft/new-view.tsx';
import { ElectionView } from './election/election-view.tsx';
import { ElectionsView } from './elections-view.tsx';
import './manage.css';
import './press-style.ts';
import { forgetAll, knowledgeOf, principalQuery } from './queries.ts';
import { PrincipalContext } from './principal.ts';
import { RefusedMessage } from './refusal.tsx';
import { manageAddresses, manageRoutes } from './routes.ts';
import { say } from './say.ts';
import { forgetAtProvider } from './renew-session.ts';
import { endSession, useSession } from './session.ts';
import { SignInView } from './sign-in-view.tsx';

export { speakOfManaging } from './say.ts';

/** What managers, auditors and observers see and do. Nobody else gets further than signing in. */
export function ManagePage() {
  const session = useSession();
  if (session === null) return <SignInView />;
  return (
    <QueryClientProvider key={session} client={knowledgeOf(session)}>
      <SignedIn />
    </QueryClientProvider>
  );
}

function SignedIn() {
  const { data: principal, error } = useQuery(principalQuery);
  if (error) return <RefusedMessage error={error} onLeave={leave} />;
  if (!principal) return <Message title={say('manage.loading')} />;
  return (
    <PrincipalContext value={principal}>
      <nav className="manage-nav" aria-label={say('manage.title')}>
        <Link to={manageAddresses.elections}>{say('manage.elections')}</Link>
        <Link to={manageAddresses.audit}>{say('audit.title')}</Link>
        <p className="soft">
          {say('manage.as', { who: nameOf(principal.subject), organisation: principal.organisation })}
        </p>
        <button type="button" className="button small" onClick={leave}>
          {say('manage.sign-out')}
        </button>
      </nav>
      <Views />
    </PrincipalContext>
  );
}

function Views() {
  return (
    <Switch>
      <Route path={manageRoutes.elections}>
        <ElectionsView />
      </Route>
      <Route path={manageRoutes.create}>
        <NewView />
      </Route>
      <Route path={manageRoutes.audit}>
        <AuditView />
      </Route>
      <Route path={manageRoutes.edit}>{({ id = '' }) => <EditView key={id} id={id} />}</Route>
      <Route path={manageRoutes.election}>{({ id = '' }) => <ElectionView key={id} id={id} />}</Route>
      <Route>
        <Message title={say('nowhere.title')}>
          {say('nowhere.why')} <Link to={manageAddresses.elections}>{say('manage.elections')}</Link>
        </Message>
      </Route>
    </Switch>
  );
}

function leave(): void {
  forgetAtProvider();
  forgetAll();
  endSession('left');
}

/** Without `sign-in:` or `token:`, which tells the registrar's records apart. */
function nameOf(subject: string): string {
  return subject.replace(/^(?:sign-in|token):/, '');
}
