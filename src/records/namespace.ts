/** A namespace with what it holds. */
export interface Namespace {
  readonly name: string;
  /** A JSON text: the fields its creator declared. */
  readonly schema: string | null;
  /** Records in it. */
  readonly count: number;
  /** About how many bytes they are; 0 unless asked for. */
  readonly bytes: number;
  /** Its write counter. */
  readonly lsn: string;
}

/** A page of namespaces, in the bytewise order of names, where the default one has the name that is given. */
export interface NamespacePage {
  readonly defaultName: string;
  readonly prefix: string;
  readonly after: string | undefined;
  readonly limit: number;
}

/** A namespace and how many records were counted in it. */
export interface NamespaceTotals {
  readonly name: string;
  readonly count: number;
  /** Its write counter. */
  readonly lsn: string;
}
