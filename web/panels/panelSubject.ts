/** The batch that a panel is about. */
export interface PanelSubject {
  pipeline: string;
  batchId: string;
}
