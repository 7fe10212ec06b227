import { type ReactNode, useEffect } from 'react';

export const PAGE_NAME = 'Suffrage';

/** A whole view that only says something. */
export function Message({ title, children }: { title: string; children?: ReactNode }) {
  useTitle(title);
  return (
    <section className="card message" role="status">
      <h1>{title}</h1>
      {children === undefined ? null : <div>{children}</div>}
    </section>
  );
}

/** The name of the view, in the window's title. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === PAGE_NAME ? title : `${title} · ${PAGE_NAME}`;
  }, [title]);
}
