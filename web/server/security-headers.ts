/**
 * What the page may do: run and style itself with files of this origin, talk to this origin, nothing else. There is no
 * inline script or style, so none is allowed; `require-trusted-types-for` makes a string that would become markup an error.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
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
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': PERMISSIONS_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** In production browsers are told to come by TLS only; they ignore that on plain HTTP. */
export function securityHeaders(environment: 'development' | 'production'): Readonly<Record<string, string>> {
  if (environment === 'development') return HEADERS;
  return { ...HEADERS, 'strict-transport-security': 'max-age=31536000; includeSubDomains' };
}
