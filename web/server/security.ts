import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const SAFE = ['GET', 'HEAD'];
const COOKIE = 'gan-token';

/** Who may ask for what. */
export interface Access {
  /** Names by which the console may be called besides loopback ones, e.g. fleet.example.org. */
  hosts: readonly string[];
  /** What a caller must show; null: anybody on this machine may use the console. */
  token: string | null;
}

/** Headers of every answer: nothing is loaded from another host, nothing is framed, no script but our own runs. */
export function headers(): MiddlewareHandler<{ Variables: { nonce: string } }> {
  return async (c, next) => {
    const nonce = randomBytes(16).toString('base64');
    c.set('nonce', nonce);
    await next();
    const policy = [
      `default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'nonce-${nonce}'`,
      `img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'`,
      `base-uri 'none'; form-action 'self'; frame-ancestors 'self'`,
    ];
    if (!c.res.headers.has('content-security-policy')) c.header('content-security-policy', policy.join('; '));
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    c.header('cross-origin-opener-policy', 'same-origin');
    c.header('cross-origin-resource-policy', 'same-origin');
  };
}

/**
 * Refuses what a page of another site could send: a foreign Host (DNS rebinding), a foreign origin, and a change that
 * a plain form could make.
 */
export function sameSite({ hosts }: Access): MiddlewareHandler {
  return async (c, next) => {
    if (!isOurs(c.req.header('host'), hosts)) throw new HTTPException(421, { message: 'this host is not served here' });
    if (!SAFE.includes(c.req.method)) refuseForeign(c);
    await next();
  };
}

function isOurs(host: string | undefined, hosts: readonly string[]): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
  return LOOPBACK.includes(name) || hosts.includes(name);
}

function refuseForeign(c: Context): void {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const own = `${new URL(c.req.url).protocol}//${c.req.header('host') ?? ''}`;
  if ((site !== undefined && site !== 'same-origin' && site !== 'none') || (origin !== undefined && origin !== own))
    throw new HTTPException(403, { message: 'changes are accepted from the console’s own pages only' });
  const type = c.req.header('content-type')?.split(';')[0]?.trim();
  if (type !== 'application/json' && type !== 'application/octet-stream')
    throw new HTTPException(415, { message: 'content-type must be application/json' });
}

/** Asks for the token, in a header or in the cookie that POST /api/sign-in sets; never in a URL. */
export function authenticated({ token }: Access): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.query('token') !== undefined)
      throw new HTTPException(400, { message: 'a token does not belong in a URL: it ends up in logs' });
    if (token !== null && !isToken(shownToken(c), token))
      throw new HTTPException(401, { message: 'sign in with the console’s token' });
    await next();
  };
}

function shownToken(c: Context): string {
  return c.req.header('authorization')?.replace(/^Bearer /, '') ?? getCookie(c, COOKIE) ?? '';
}

/** Compares in constant time. */
export function isToken(shown: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(token));
}

/** The cookie that a browser shows the token in. */
export const TOKEN_COOKIE = {
  name: COOKIE,
  options: { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: 30 * 24 * 3600 },
} as const;
