import type { ReactNode } from 'react';

/** What ties a control to its label and its help. */
type ControlProps = { readonly id: string; readonly 'aria-describedby'?: string };

type Props = {
  id: string;
  label: string;
  help?: string | undefined;
  /** The control, and what is said of its state below it. */
  children: (props: ControlProps) => ReactNode;
};

/** One control with what it is called and what helps to fill it in. */
export function Field({ id, label, help, children }: Props) {
  const helpId = `${id}-help`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {help === undefined ? null : (
        <p id={helpId} className="soft">
          {help}
        </p>
      )}
      {children({ id, ...(help === undefined ? {} : { 'aria-describedby': helpId }) })}
    </div>
  );
}
