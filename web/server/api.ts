import { OpenAPIHono, createRoute } from '@hono/zod-openapi';
import type { RouteConfig } from '@hono/zod-openapi';
import type { ZodType } from 'zod';
import { PROBLEM_TYPE, Problem } from '../../contracts/api/problem.js';
import { ManagerError, REFUSAL } from '../../manager/errors.js';

export type Api = OpenAPIHono;

/** An empty API: what does not match a route's schemas is refused, naming each field. */
export function newApi(): Api {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      const field = result.error.issues[0]?.path.join('.') ?? null;
      const text = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n');
      throw new ManagerError(REFUSAL.invalidInput, text, null, null, field);
    },
  });
}

/** The description of a route's JSON answer, and of its problems: `responses` of createRoute. */
export function answers<T extends ZodType>(schema: T, description: string) {
  return {
    200: { description, content: { 'application/json': { schema } } },
    default: { description: 'what is wrong, and what to do', content: { [PROBLEM_TYPE]: { schema: Problem } } },
  } as const;
}

/** The description of a JSON body: `request.body` of createRoute. */
export function body<T extends ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

export { createRoute };
export type { RouteConfig };
