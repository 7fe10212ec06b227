import type { ReactNode, RefObject } from 'react';
import { Link as RoutedLink } from 'wouter';
import { say } from '../language/say.ts';
import { addresses } from '../route.ts';
import { Settings } from '../shell/settings.tsx';

/** What is around every view: landmarks, the name, a way past them by keyboard. */
export function Shell({ main, children }: { main: RefObject<HTMLElement | null>; children: ReactNode }) {
  return (
    <>
      <a className="skip" href="#content">
        {say('page.skip')}
      </a>
      <header className="top">
        <Link to={addresses.elections} className="brand">
          <Mark />
          <span>{say('page.name')}</span>
        </Link>
        <nav aria-label={say('nav.main')}>
          <Link to={addresses.elections}>{say('nav.elections')}</Link>
          <Link to={addresses.check}>{say('nav.check')}</Link>
          <Link to={addresses.manage}>{say('nav.manage')}</Link>
        </nav>
      </header>
      <main id="content" ref={main} tabIndex={-1}>
        {children}
      </main>
      <footer className="bottom">
        <Settings />
        <p>{say('page.promise')}</p>
      </footer>
    </>
  );
}

type LinkProps = {
  to: string;
  className?: string;
  describedBy?: string;
  /** Handed to the view that it leads to; part of no address. */
  state?: unknown;
  children: ReactNode;
};

/** A link within the page; with a modifier key, or by another button, it is a link like any other. */
export function Link({ to, className, describedBy, state, children }: LinkProps) {
  return (
    <RoutedLink
      href={to}
      state={state}
      {...(className === undefined ? {} : { className })}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
    >
      {children}
    </RoutedLink>
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
