import { lazy, Suspense, useEffect, useLayoutEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { say } from './language/say.ts';
import { useSpokenLanguage } from './language/use-spoken-language.ts';
import { addresses, routes } from './route.ts';
import { PartBoundary } from './shell/part-boundary.tsx';
import { ElectionsPage } from './views/elections-page.tsx';
import { Message } from './views/message.tsx';
import { Link, Shell } from './views/shell.tsx';
import { withWatchTexts } from './watch/load.ts';

// Each part comes when it is needed: whoever votes loads no charts, whoever watches no cryptography.
const ElectionPage = lazy(() =>
  withWatchTexts(import('./views/election-page.tsx')).then(part => ({ default: part.ElectionPage })),
);
const ScreenPage = lazy(() =>
  withWatchTexts(import('./watch/screen-page.tsx')).then(part => ({ default: part.ScreenPage })),
);
const FlowPage = lazy(() =>
  withWatchTexts(import('./watch/flow-page.tsx')).then(part => ({ default: part.FlowPage })),
);
const StatementPage = lazy(() =>
  withWatchTexts(import('./receipt/statement-page.tsx')).then(part => ({ default: part.StatementPage })),
);
const VotePage = lazy(() => import('./vote/vote-page.tsx').then(part => ({ default: part.VotePage })));
const ReceiptPage = lazy(() =>
  import('./receipt/receipt-page.tsx').then(part => ({ default: part.ReceiptPage })),
);
const CheckPage = lazy(() =>
  withWatchTexts(import('./receipt/check-page.tsx')).then(part => ({ default: part.CheckPage })),
);
const SignedInPage = lazy(() =>
  import('./sign-in/signed-in-page.tsx').then(part => ({ default: part.SignedInPage })),
);
const ManagePage = lazy(async () => {
  const part = await import('./manage/manage-page.tsx');
  await part.speakOfManaging();
  return { default: part.ManagePage };
});

export function App() {
  const [path] = useLocation();
  useSpokenLanguage();
  useBigScreen(routes.screen.test(path));
  const main = useRef<HTMLElement>(null);
  const firstPath = useRef(path);
  // A screen reader follows to the new content, as it would on a page that was loaded.
  useEffect(() => {
    if (path !== firstPath.current) {
      main.current?.focus();
      window.scrollTo(0, 0);
    }
    firstPath.current = '';
  }, [path]);
  return (
    <Shell main={main}>
      <PartBoundary key={path}>
        <Suspense fallback={<Message title={say('page.loading')} />}>
          <Views />
        </Suspense>
      </PartBoundary>
    </Shell>
  );
}

/** The page's frame gives way to a big screen, before that part is loaded: nothing moves then. */
function useBigScreen(isShown: boolean): void {
  useLayoutEffect(() => {
    document.documentElement.classList.toggle('big-screen', isShown);
  }, [isShown]);
}

function Views() {
  return (
    <Switch>
      <Route path={routes.elections}>
        <ElectionsPage />
      </Route>
      <Route path={routes.election}>{({ id = '' }) => <ElectionPage key={id} id={id} />}</Route>
      <Route path={routes.vote}>{({ id = '' }) => <VotePage key={id} id={id} />}</Route>
      <Route path={routes.receipt}>{({ id = '' }) => <ReceiptPage key={id} id={id} />}</Route>
      <Route path={routes.screen}>{({ id = '' }) => <ScreenPage key={id} id={id} />}</Route>
      <Route path={routes.flow}>{({ id = '' }) => <FlowPage key={id} id={id} />}</Route>
      <Route path={routes.check}>
        <CheckPage />
      </Route>
      <Route path={routes.statement}>
        <StatementPage />
      </Route>
      <Route path={routes.signedIn}>
        <SignedInPage />
      </Route>
      <Route path={routes.manage}>
        <ManagePage />
      </Route>
      <Route>
        <Message title={say('nowhere.title')}>
          {say('nowhere.why')} <Link to={addresses.elections}>{say('election.all')}</Link>
        </Message>
      </Route>
    </Switch>
  );
}
