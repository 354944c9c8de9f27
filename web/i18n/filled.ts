/** A sentence with its values in place of `{name}`; null: something that it tells is not known. */
export function filled(text: string, values: Readonly<Record<string, string>>): string | null {
  let isWhole = true;
  const said = text.replace(/\{(\w+)\}/g, (_place, name: string) => {
    const value = values[name];
    if (value === undefined) isWhole = false;
    return value ?? '';
  });
  return isWhole ? said : null;
}
