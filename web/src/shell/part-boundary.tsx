import { Component, type ReactNode } from 'react';
import { say } from '../language/say.ts';
import { report } from './report-errors.ts';
import { Message } from '../views/message.tsx';

/** Says that a part of the page could not be loaded or shown, instead of an empty page. React asks for a class here. */
export class PartBoundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override componentDidCatch() {
    report('part');
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return (
      <Message title={say('page.broken')}>
        {say('page.broken-why')}{' '}
        <button type="button" className="button" onClick={() => window.location.reload()}>
          {say('page.again')}
        </button>
      </Message>
    );
  }
}
