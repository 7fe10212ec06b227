/**
 * What the page may do: run and style itself with files of this origin, talk to this origin and to the providers that its
 * users sign in at, nothing else. There is no inline script or style, so none is allowed; `require-trusted-types-for` makes a string that would become markup an error.
 */
const contentSecurityPolicy = (signInOrigins: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    ["connect-src 'self'", ...signInOrigins].join(' '),
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

const PERMISSIONS_POLICY = ['camera', 'geolocation', 'microphone', 'payment', 'usb']
  .map(name => `${name}=()`)
  .join(', ');

const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': PERMISSIONS_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** In production browsers are told to come by TLS only; they ignore that on plain HTTP. */
export function securityHeaders(
  environment: 'development' | 'production',
  signInOrigins: readonly string[] = [],
): Readonly<Record<string, string>> {
  const headers = { ...HEADERS, 'content-security-policy': contentSecurityPolicy(signInOrigins) };
  if (environment === 'development') return headers;
  return { ...headers, 'strict-transport-security': 'max-age=31536000; includeSubDomains' };
}
