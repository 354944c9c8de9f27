const NAMES = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_EXTRA_CA_CERTS'];

/** What the store's process needs of our environment: nothing that could be a secret. */
export const storeEnvironment = (
  all: Readonly<Record<string, string | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = all[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
