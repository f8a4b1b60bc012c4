import { fileURLToPath } from 'node:url';
import { type CallOptions, Client, type ClientOptions, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import protobuf, { type Type } from 'protobufjs';

/** A message as protobufjs has it, with a Struct as the JSON that it means, and lists and maps only when they are not empty. */
export type Message = Readonly<Record<string, unknown>>;

/** What came back from a call that succeeded. */
export interface Reply {
  readonly message: Message;
  /** The metadata before the message. */
  readonly initial: Metadata;
  /** The metadata after the message. */
  readonly trailing: Metadata;
}

/** gRPC's status code, and the message or the error's text: to be compared with `toEqual`. */
export type GrpcOutcome = readonly [code: number, answer: unknown];

const PROTO = fileURLToPath(new URL('../../../src/protocols/pinecone/data/grpc/vector-service.proto', import.meta.url));
const MAX_BYTES = 128 * 1024 * 1024;
const STRUCT = '.google.protobuf.Struct';

/** Pinecone's messages, read by protobufjs alone. */
export const root = loadProto();

const service = root.lookupService('VectorService');

/** The names of the methods. */
export const METHODS: readonly string[] = service.methodsArray.map(({ name }) => name);

/** A gRPC client of one port, without TLS. */
export class PineconeGrpc {
  private readonly client: Client;

  constructor(port: number, options: ClientOptions = {}) {
    this.client = new Client(`127.0.0.1:${String(port)}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_BYTES,
      'grpc.max_send_message_length': MAX_BYTES,
      // clients of one address would share its connections
      'grpc.use_local_subchannel_pool': 1,
      ...options,
    });
  }

  close(): void {
    this.client.close();
  }

  /** @throws ServiceError when the call fails */
  async call(method: string, request: Message = {}, metadata: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const { type, reply } = typesOf(method);
    const answer = await this.send(method, encode(type, request), metadata);
    return { ...answer, message: decode(reply, answer.bytes) };
  }

  async outcome(method: string, request: Message = {}, metadata: Readonly<Record<string, string>> = {}): Promise<GrpcOutcome> {
    try {
      return [status.OK, (await this.call(method, request, metadata)).message];
    } catch (error) {
      const { code, details } = error as ServiceError;
      return [code, details];
    }
  }

  /** Sends bytes that may be no message. @throws ServiceError when the call fails */
  async send(
    method: string,
    bytes: Uint8Array,
    metadata: Readonly<Record<string, string>> = {},
    options: CallOptions = {},
  ): Promise<{ readonly bytes: Uint8Array; readonly initial: Metadata; readonly trailing: Metadata }> {
    const sent = new Metadata();
    for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
    return new Promise((resolve, reject) => {
      let initial = new Metadata();
      let trailing = new Metadata();
      let answer: Buffer = Buffer.alloc(0);
      const call = this.client.makeUnaryRequest<Uint8Array, Buffer>(
        `/VectorService/${method}`,
        (request) => Buffer.from(request),
        (response) => response,
        bytes,
        sent,
        options,
        (error, response) => {
          if (error !== null) reject(error);
          else answer = response ?? answer;
        },
      );
      call.on('metadata', (received: Metadata) => {
        initial = received;
      });
      call.on('status', (ended) => {
        trailing = ended.metadata;
        if (ended.code === status.OK) resolve({ bytes: answer, initial, trailing });
      });
    });
  }
}

/** The bytes of a message, by protobufjs. */
export function encode(type: Type, message: Message): Uint8Array {
  return type.encode(type.fromObject(toWire(type, message))).finish();
}

/** The message in these bytes, by protobufjs; numbers of 64 bits are ordinary ones. */
export function decode(type: Type, bytes: Uint8Array): Message {
  return fromWire(type, type.toObject(type.decode(bytes), { longs: Number }));
}

/** The messages of a method. */
export function typesOf(method: string): { readonly type: Type; readonly reply: Type } {
  const { requestType, responseType } = service.methods[method] ?? unknownMethod(method);
  return { type: root.lookupType(requestType), reply: root.lookupType(responseType) };
}

function loadProto(): protobuf.Root {
  const loaded = protobuf.loadSync(PROTO);
  loaded.resolveAll();
  return loaded;
}

function unknownMethod(name: string): never {
  throw new Error(`no method ${name}`);
}

function toWire(type: Type, message: Message): Message {
  return convert(type, message, toStruct);
}

function fromWire(type: Type, message: Message): Message {
  return convert(type, message, (struct) => fromStruct(struct as Struct));
}

/** The message with every Struct in it converted. */
function convert(type: Type, message: Message, struct: (value: unknown) => unknown): Message {
  const entries = Object.entries(message).map(([name, value]) => {
    const field = type.fields[name]?.resolve();
    const inner = field?.resolvedType;
    if (field === undefined || value === undefined || !(inner instanceof protobuf.Type)) return [name, value];
    const one = (item: unknown): unknown => (inner.fullName === STRUCT ? struct(item) : convert(inner, item as Message, struct));
    if (field.map) return [name, Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, one(item)]))];
    return [name, field.repeated ? (value as readonly unknown[]).map(one) : one(value)];
  });
  return Object.fromEntries(entries) as Message;
}

interface Struct {
  readonly fields?: Readonly<Record<string, Value>>;
}

interface Value {
  readonly nullValue?: unknown;
  readonly numberValue?: number;
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly structValue?: Struct;
  readonly listValue?: { readonly values?: readonly Value[] };
}

function toStruct(json: unknown): Struct {
  return { fields: Object.fromEntries(Object.entries(json as object).map(([key, value]) => [key, toValue(value)])) };
}

function toValue(json: unknown): Value {
  if (json === null) return { nullValue: 0 };
  if (typeof json === 'number') return { numberValue: json };
  if (typeof json === 'string') return { stringValue: json };
  if (typeof json === 'boolean') return { boolValue: json };
  if (Array.isArray(json)) return { listValue: { values: json.map(toValue) } };
  return { structValue: toStruct(json) };
}

function fromStruct({ fields = {} }: Struct): unknown {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, fromValue(value)]));
}

function fromValue(value: Value): unknown {
  if (value.structValue !== undefined) return fromStruct(value.structValue);
  if (value.listValue !== undefined) return (value.listValue.values ?? []).map(fromValue);
  return value.numberValue ?? value.stringValue ?? value.boolValue ?? null;
}
