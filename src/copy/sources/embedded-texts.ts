import type { EmbeddingService } from '../../embedding/embedding.service.js';
import { supportsDimension } from '../../embedding/model.js';
import type { Chunk, CopyRecord, Reject, Source, SourceCollection } from '../copy.js';

/** What a source has of a record, its vector aside. */
type Embeddable = Reject & { readonly unembedded: NonNullable<Reject['unembedded']> & { readonly document: string } };

/** Another source, whose records without a vector get one from their text. */
export class EmbeddedTexts implements Source {
  constructor(
    private readonly source: Source,
    private readonly embeddings: EmbeddingService,
    private readonly model: string,
  ) {}

  get label(): string {
    return this.source.label;
  }

  /** @throws Error when the model's vectors do not fit a collection */
  async collections(): Promise<readonly SourceCollection[]> {
    const models = this.embeddings.models().filter((each) => each.type === 'embed' && each.vectorType === 'dense');
    const model = models.find(({ name }) => name === this.model);
    if (model?.type !== 'embed') {
      const names = models.map(({ name }) => name).join(', ');
      throw new Error(`--embed ${this.model}: no such model of dense vectors; there are ${names}, and those that are configured`);
    }
    const { defaultDimension } = model;
    return (await this.source.collections()).map((collection) => {
      const { dimension, name, warnings } = collection;
      if (dimension !== null && !supportsDimension(model, dimension))
        throw new Error(`--embed ${this.model}: ${name} has ${String(dimension)} dimensions, which the model does not have`);
      const said = `records without a vector get one of their text, by ${this.model}: it should be the model of all the others`;
      return { ...collection, dimension: dimension ?? defaultDimension, warnings: [...warnings, said] };
    });
  }

  async *read(collection: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    for await (const { records, rejects, cursor } of this.source.read(collection, after)) {
      const embeddable = rejects.filter(isEmbeddable);
      const others = rejects.filter((reject) => !isEmbeddable(reject));
      const embedded = embeddable.length === 0 ? [] : await this.embed(embeddable, collection.dimension);
      yield { records: [...records, ...embedded], rejects: others, cursor };
    }
  }

  requireUnchanged(): Promise<void> {
    return this.source.requireUnchanged();
  }

  close(): Promise<void> {
    return this.source.close();
  }

  private async embed(rejects: readonly Embeddable[], dimension: number | null): Promise<readonly CopyRecord[]> {
    const texts = rejects.map(({ unembedded }) => unembedded.document);
    const options = { inputType: 'passage', dimension: dimension ?? undefined } as const;
    const { vectors } = await this.embeddings.embed(this.model, texts, options);
    return rejects.map(({ unembedded }, index) => {
      const embedding = vectors[index];
      if (!(embedding instanceof Float32Array)) throw new Error(`${this.model} made no vector of ${unembedded.id}`);
      return { ...unembedded, embedding };
    });
  }
}

function isEmbeddable(reject: Reject): reject is Embeddable {
  const { document = null } = reject.unembedded ?? {};
  return document !== null && document !== '';
}
