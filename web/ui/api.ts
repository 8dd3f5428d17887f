import type { Problem } from '../../contracts/api/problem.js';

/** What the API refused, or that it did not answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return await request<T>(path, signal === undefined ? {} : { signal });
}

export async function post<T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  return await request<T>(path, signal === undefined ? init : { ...init, signal });
}

export async function put<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return await request<T>(path, { method: 'PUT', headers, body: JSON.stringify(body) });
}

/** @throws ApiError with what is wrong and what to do */
export async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ApiError(lost());
  }
  if (response.status === 401 && !location.pathname.startsWith('/sign-in'))
    location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
  if (response.ok) return (await response.json()) as T;
  throw new ApiError(await problemOf(response));
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return { ...lost(), status: response.status, detail: `the console answered ${response.status}` };
  }
}

function lost(): Problem {
  const hint = 'is it running? npm start';
  return { title: 'Unreachable', status: 0, detail: 'The console does not answer.', code: null, field: null, hint };
}
