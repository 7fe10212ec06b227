import type { MouseEvent, ReactNode, RefObject } from 'react';
import { navigate } from '../route.ts';

/** What is around every view: landmarks, the name, a way past them by keyboard. */
export function Shell({ main, children }: { main: RefObject<HTMLElement | null>; children: ReactNode }) {
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className="top">
        <Link to="/" className="brand">
          <Mark />
          <span>Suffrage</span>
        </Link>
        <nav aria-label="Main">
          <Link to="/">All elections</Link>
        </nav>
      </header>
      <main id="content" ref={main} tabIndex={-1}>
        {children}
      </main>
      <footer className="bottom">
        <p>Every accepted vote is kept, counted at most once, and can be checked by anyone.</p>
      </footer>
    </>
  );
}

type LinkProps = { to: string; className?: string; children: ReactNode };

/** A link within the page; with a modifier key, or by another button, it is a link like any other. */
export function Link({ to, className, children }: LinkProps) {
  const onClick = (event: MouseEvent) => {
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!plain) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} className={className} onClick={onClick}>
      {children}
    </a>
  );
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path className="mark-tick" d="m8.5 16.5 5.2 5.2L23.5 11" />
      <path className="mark-line" d="M8 27h16" />
    </svg>
  );
}
