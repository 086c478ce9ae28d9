/** Where lines go: data to stdout, the rest to stderr. */
export interface Lines {
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
}
