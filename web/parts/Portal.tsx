import { QueryClientProvider } from '@tanstack/preact-query';
import { render, type ComponentChildren } from 'preact';
import { LocationProvider, useLocation } from 'preact-iso';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { queryClient } from '../api/queryClient.js';

/**
 * Draws children into an element that another hand made, such as a figure inside a runbook's HTML. Ours, because the one
 * of preact/compat costs 4 kB on the wire.
 */
export function Portal({ into, children }: { into: Element; children: ComponentChildren }) {
  const here = useLocation();
  useLayoutEffect(() => {
    render(
      <LocationProvider.ctx.Provider value={here}>
        <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
      </LocationProvider.ctx.Provider>,
      into,
    );
  });
  useEffect(() => () => render(null, into), [into]);
  return null;
}
