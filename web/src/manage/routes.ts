/** Addresses of managers' pages, below `routes.manage` of the page. */
export const manageRoutes = {
  elections: '/manage',
  create: '/manage/new',
  audit: '/manage/audit',
  election: /^\/manage\/elections\/(?<id>[a-z0-9-]{1,63})\/?$/,
  edit: /^\/manage\/elections\/(?<id>[a-z0-9-]{1,63})\/edit\/?$/,
} as const;

export const manageAddresses = {
  elections: '/manage',
  create: '/manage/new',
  audit: '/manage/audit',
  election: (id: string) => `/manage/elections/${id}`,
  edit: (id: string) => `/manage/elections/${id}/edit`,
} as const;
