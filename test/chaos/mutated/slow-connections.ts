import { connect, type Socket } from 'node:net';
import { oneOf, type Random } from '../promotion/promotion-writer.js';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const PING = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
/** The head of a frame of headers whose end never comes. */
const HALF_FRAME = Buffer.from([0, 1, 0, 1, 4, 0, 0, 0, 1]);

/** What such a connection begins with; then it says nothing more, or a byte now and then. */
const BEGINNINGS: readonly Buffer[] = [
  Buffer.alloc(0),
  PREFACE.subarray(0, 10),
  PREFACE,
  Buffer.concat([PREFACE, SETTINGS]),
  Buffer.concat([PREFACE, SETTINGS, HALF_FRAME]),
  Buffer.concat([PREFACE, SETTINGS, ...new Array<Buffer>(200).fill(PING)]),
  Buffer.from('POST /query HTTP/1.1\r\ncontent-length: 100000\r\nhost: 127.0.0.1\r\n\r\n{"a"'),
];
const DRIP_MS = 50;

/** Connections over HTTP/2 and 1.1 that are begun and never get on, while others ask for something. */
export class SlowConnections {
  private readonly sockets: Socket[] = [];
  private readonly drip: NodeJS.Timeout;

  constructor(ports: readonly number[], count: number, random: Random) {
    for (let left = count; left > 0; left -= 1) {
      const socket = connect({ host: '127.0.0.1', port: oneOf(ports, random) });
      // one that is closed by the other side has been refused
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(oneOf(BEGINNINGS, random));
      this.sockets.push(socket);
    }
    this.drip = setInterval(() => {
      for (const socket of this.sockets) if (socket.writable) socket.write(Buffer.from([0]));
    }, DRIP_MS);
  }

  close(): void {
    clearInterval(this.drip);
    for (const socket of this.sockets) socket.destroy();
  }
}
