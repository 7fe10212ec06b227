import { useEffect, useRef } from 'react';
import { useTitle } from '../views/message.tsx';

/** The name of a step. Focus moves to it, so that a keyboard and a screen reader begin where the step does. */
export function StepHeading({ title, place }: { title: string; place?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(title);
  useEffect(() => heading.current?.focus(), []);
  return (
    <header className="step-head">
      {place === undefined ? null : <p className="soft">{place}</p>}
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
    </header>
  );
}
