import { createProcessStorage, type GatewayProcess, type ProcessStorage } from './gateway-process.js';

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A gateway with all protocols in a process of its own, whose log can be read. */
export interface ObservedGateway {
  readonly chromaUrl: string;
  readonly consoleUrl: string;
  readonly pineconeUrl: string;
  readonly vectorizerUrl: string;
  readonly storage: ProcessStorage;
  /** Everything that it has written to standard error. */
  readonly log: () => string;
  /** The lines of the log of which this is true, once there are so many, or after ten seconds. */
  readonly lines: (isWanted: (line: LogLine) => boolean, count?: number) => Promise<readonly LogLine[]>;
  readonly stop: () => Promise<void>;
}

const PORTS = { POLYVEC_PINECONE_PORT: '0', POLYVEC_VECTORIZER_PORT: '0', POLYVEC_PINECONE_INDEX_PORTS: '0:4' };

export async function startObserved(env: Readonly<Record<string, string>>): Promise<ObservedGateway> {
  const storage = await createProcessStorage({ ...PORTS, ...env });
  try {
    return observed(storage, await storage.start());
  } catch (error) {
    await storage.remove();
    throw error;
  }
}

function observed(storage: ProcessStorage, { urls, log }: GatewayProcess): ObservedGateway {
  const urlOf = (name: string): string => urls.get(name) ?? '';
  const lines = async (isWanted: (line: LogLine) => boolean, count = 1): Promise<readonly LogLine[]> => {
    for (let attempt = 1; ; attempt += 1) {
      const seen = linesOf(log()).filter(isWanted);
      if (seen.length >= count || attempt === 200) return seen;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return {
    chromaUrl: urlOf('chroma'),
    consoleUrl: urlOf('console'),
    pineconeUrl: urlOf('pinecone'),
    vectorizerUrl: urlOf('vectorizer'),
    storage,
    log,
    lines,
    stop: () => storage.remove(),
  };
}

/** A line that is being written is left out. */
function linesOf(log: string): readonly LogLine[] {
  const lines = log.slice(0, log.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
}
