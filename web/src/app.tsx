import { useEffect, useRef } from 'react';
import { readRoute, usePath } from './route.ts';
import { ElectionPage } from './views/election-page.tsx';
import { ElectionsPage } from './views/elections-page.tsx';
import { Message } from './views/message.tsx';
import { Link, Shell } from './views/shell.tsx';

export function App() {
  const path = usePath();
  const main = useRef<HTMLElement>(null);
  const firstPath = useRef(path);
  // A screen reader follows to the new content, as it would on a page that was loaded.
  useEffect(() => {
    if (path !== firstPath.current) main.current?.focus();
    firstPath.current = '';
  }, [path]);
  return (
    <Shell main={main}>
      <Page path={path} />
    </Shell>
  );
}

function Page({ path }: { path: string }) {
  const route = readRoute(path);
  switch (route.page) {
    case 'elections':
      return <ElectionsPage />;
    case 'election':
      return <ElectionPage key={route.id} id={route.id} />;
    case 'nowhere':
      return (
        <Message title="There is nothing at this address">
          The link may be incomplete. <Link to="/">All elections</Link> are one step away.
        </Message>
      );
  }
}
