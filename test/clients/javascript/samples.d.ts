export function samplesFor(options: {
  readonly client: object;
  readonly chromadb?: object;
  readonly connect?: () => object;
  readonly era: 'v1' | 'v2';
}): readonly {
  readonly name: string;
  readonly nearest?: string;
  readonly run: () => Promise<void>;
}[];
