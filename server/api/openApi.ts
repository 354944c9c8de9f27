/** The API's description, from the same schemas that type and check it. */
import { z } from 'zod';
import { problemSchema } from '../contract.js';
import type { Route } from './route.js';

export function openApi(routes: readonly Route[], version: string): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Burnbook',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Money is a decimal string of US dollars, exact. Times are RFC 3339 in UTC; ranges are half-open. null means unknown, never zero.',
    },
    paths: Object.fromEntries(
      routes.map((route) => [route.path.replaceAll(/:(\w+)/g, '{$1}'), { get: operation(route) }]),
    ),
    components: { schemas: { Problem: schemaOf(problemSchema) } },
  };
}

function operation(route: Route): Record<string, unknown> {
  const parts = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = Object.entries(route.query).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: schemaOf(schema as z.ZodType, 'input'),
  }));
  const problem = {
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    summary: route.summary,
    parameters: [...parts, ...query],
    responses: {
      '200': {
        description: 'OK',
        content: { 'application/json': { schema: schemaOf(route.answer) } },
      },
      '400': { description: 'A parameter is wrong; `field` names it', ...problem },
      '404': { description: 'There is no such thing', ...problem },
      '503': { description: 'The database restarts or is overloaded; see Retry-After', ...problem },
    },
  };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
