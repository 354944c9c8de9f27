/** What a panel is about, by the names that `domain/panels` lists; what is left out nothing has said. */
export type PanelParams = Readonly<Record<string, string | undefined>>;
