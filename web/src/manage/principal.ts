import { createContext, use } from 'react';
import type { Principal } from './schemas.ts';

export const PrincipalContext = createContext<Principal>({ subject: '', organisation: '', roles: [] });

/** What who is signed in may do: nobody is shown a button that the registrar would refuse. */
export function useRights() {
  const { roles } = use(PrincipalContext);
  const isManager = roles.includes('manager');
  return { mayManage: isManager, mayReadActions: isManager || roles.includes('auditor') };
}
