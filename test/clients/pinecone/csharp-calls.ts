import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import protobuf from 'protobufjs';

/** What of the service these calls need; the messages of `google.protobuf.Struct` have names of their own. */
const PROTO = `
syntax = "proto3";
message DeleteRequest {
  repeated string ids = 1;
  bool delete_all = 2;
  string namespace = 3;
  Struct filter = 4;
}
message DeleteResponse {}
message Struct { map<string, Value> fields = 1; }
message Value {
  oneof kind {
    string string_value = 3;
    Struct struct_value = 5;
  }
}
`;

/** The API version that each release of `Pinecone.Client` sends. */
export const CSHARP_RELEASES = [
  { release: '3.1.0', apiVersion: '2025-01' },
  { release: '4.0.2', apiVersion: '2025-04' },
] as const;

export type CSharpRelease = (typeof CSHARP_RELEASES)[number];

/** The bodies of the documentation's three C# programs: what `new DeleteRequest { … }` becomes on the wire. */
export const CSHARP_CALLS = {
  'by id': { ids: ['id-1', 'id-2'], namespace: 'example-namespace' },
  'by metadata': {
    namespace: 'example-namespace',
    filter: { fields: { genre: { structValue: { fields: { $eq: { stringValue: 'documentary' } } } } } },
  },
  all: { deleteAll: true, namespace: 'example-namespace' },
} as const;

const types = protobuf.parse(PROTO).root;
const deleteRequest = types.lookupType('DeleteRequest');
const deleteResponse = types.lookupType('DeleteResponse');

/** A plain gRPC client that says of itself what the C# client says: that client's own registry is not asked for it. */
export class CSharpClient {
  private readonly client: Client;

  constructor(
    target: string,
    private readonly sent: CSharpRelease,
  ) {
    const options = { 'grpc.primary_user_agent': `lang=C#; version=${sent.release}` };
    this.client = new Client(target, credentials.createInsecure(), options);
  }

  /** @returns the answer's fields. @throws ServiceError when it is refused */
  async delete(request: object): Promise<object> {
    const bytes = Buffer.from(deleteRequest.encode(deleteRequest.fromObject(request)).finish());
    return new Promise((resolve, reject) => {
      const answered = (error: ServiceError | null, value?: Buffer): void => {
        if (error === null && value !== undefined) resolve(deleteResponse.toObject(deleteResponse.decode(value)));
        else reject(error ?? new Error('no answer'));
      };
      const identity = (buffer: Buffer): Buffer => buffer;
      this.client.makeUnaryRequest('/VectorService/Delete', identity, identity, bytes, this.metadata(), {}, answered);
    });
  }

  close(): void {
    this.client.close();
  }

  private metadata(): Metadata {
    const metadata = new Metadata();
    metadata.set('Api-Key', 'YOUR_API_KEY');
    metadata.set('X-Pinecone-API-Version', this.sent.apiVersion);
    metadata.set('X-Fern-Language', 'C#');
    metadata.set('X-Fern-SDK-Name', 'Pinecone');
    metadata.set('X-Fern-SDK-Version', this.sent.release);
    return metadata;
  }
}
