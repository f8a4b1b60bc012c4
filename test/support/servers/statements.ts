import pg from 'pg';

/** The texts of statements that this process sends to Postgres, in their order. */
export interface Statements {
  /** Those since the last call. */
  take(): readonly string[];
  stop(): void;
}

type Send = (this: pg.Client, ...sent: readonly unknown[]) => unknown;

/** Listens in on the driver: whatever it is that makes the statements, there they pass. */
export function watchStatements(): Statements {
  const send = Reflect.get(pg.Client.prototype, 'query') as Send;
  let texts: string[] = [];
  const watched: Send = function (...sent) {
    const [statement] = sent;
    const text = typeof statement === 'string' ? statement : (statement as { readonly text?: string } | undefined)?.text;
    if (text !== undefined) texts.push(text);
    return send.apply(this, [...sent]);
  };
  Reflect.set(pg.Client.prototype, 'query', watched);
  return {
    take: () => {
      const taken = texts;
      texts = [];
      return taken;
    },
    stop: () => {
      Reflect.set(pg.Client.prototype, 'query', send);
    },
  };
}
