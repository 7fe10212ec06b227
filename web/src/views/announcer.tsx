import { useThrottled } from '../hooks.ts';

/** Says the newest text to screen readers, not more often than every `millis`, when they have nothing else to say. */
export function Announcer({ text, millis }: { text: string; millis: number }) {
  return (
    <p className="unseen" aria-live="polite" data-testid="announcement">
      {useThrottled(text, millis)}
    </p>
  );
}
