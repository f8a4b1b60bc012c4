import { Ignored, Refused } from '../../../http/field-fates.js';
import type { Json } from '../../../http/json.js';

/** Objects within the requests that make and change indexes, and what becomes of their members. */

const NOT_KEPT = 'checked for its length, and not kept: descriptions have no effect';
const PODS = 'pods cannot be created from 2026-07 on';
const SCHEMA_PATCH = 'only the parameters of a field that is embedded may change';

/** `spec` before 2026-07: exactly one of its members. */
export class SpecPart {
  serverless?: Json;
  pod?: Json;
  byoc?: Json;
}

export class ServerlessPart {
  cloud?: Json;
  region?: Json;
  read_capacity?: Json;
  source_collection?: Json;
  schema?: Json;
}

export class PodPart {
  environment?: Json;
  pod_type?: Json;
  replicas?: Json;
  shards?: Json;
  pods?: Json;
  metadata_config?: Json;
  source_collection?: Json;
  schema?: Json;
}

export class ByocPart {
  environment?: Json;
  read_capacity?: Json;
  schema?: Json;
}

/** `deployment` of a new index from 2026-07 on. */
export class DeploymentPart {
  deployment_type?: Json;
  cloud?: Json;
  region?: Json;
  environment?: Json;
  @Refused(PODS) pod_type?: Json;
  @Refused(PODS) replicas?: Json;
  @Refused(PODS) shards?: Json;
}

/** Changes of an index of pods: `spec.pod`, and `deployment` from 2026-07 on. */
export class PodChangesPart {
  replicas?: Json;
  pod_type?: Json;
}

/** Changes of `spec.serverless` and `spec.byoc`. */
export class CapacityChangesPart {
  read_capacity?: Json;
}

/** `read_capacity`: kept and returned as it was asked for. */
export class CapacityPart {
  mode?: Json;
  dedicated?: Json;
}

export class DedicatedCapacityPart {
  node_type?: Json;
  scaling?: Json;
  manual?: Json;
}

export class ManualScalingPart {
  shards?: Json;
  replicas?: Json;
}

/** `embed` of a new index. */
export class EmbedPart {
  model?: Json;
  field_map?: Json;
  metric?: Json;
  dimension?: Json;
  read_parameters?: Json;
  write_parameters?: Json;
}

/** `embed` of an index that exists. */
export class EmbedChangesPart {
  model?: Json;
  field_map?: Json;
  read_parameters?: Json;
  write_parameters?: Json;
}

export class FieldMapPart {
  text?: Json;
}

/** `schema` from 2026-07 on. */
export class SchemaPart {
  fields?: Json;
}

/** The field `_values` of a schema. */
export class DenseFieldPart {
  type?: Json;
  dimension?: Json;
  metric?: Json;
  @Ignored(NOT_KEPT) description?: Json;
}

/** The field `_sparse_values` of a schema. */
export class SparseFieldPart {
  type?: Json;
  @Ignored(NOT_KEPT) description?: Json;
}

/** A typed field of documents that is a text, or filtered by. */
export class StringFieldPart {
  type?: Json;
  full_text_search?: Json;
  @Ignored('every field is filterable') filterable?: Json;
  @Refused('fields that are embedded are not served in an index of documents') embed?: Json;
  @Refused('fields that are embedded are not served in an index of documents') sparse_embed?: Json;
  @Ignored(NOT_KEPT) description?: Json;
}

/** `full_text_search`: words are compared as they are written, but for their case. */
export class FullTextPart {
  @Ignored('given back as it was sent: no language changes words') language?: Json;
  @Refused('words are compared as they are written') stemming?: Json;
  @Refused('words are compared as they are written') stop_words?: Json;
  @Refused('words are compared as they are written') ngram?: Json;
}

/** A field of `schema` of an index that exists. */
export class FieldChangesPart {
  read_parameters?: Json;
  write_parameters?: Json;
  @Ignored('a field keeps its type') type?: Json;
  @Refused(SCHEMA_PATCH) model?: Json;
  @Refused(SCHEMA_PATCH) metric?: Json;
  @Refused(SCHEMA_PATCH) dimension?: Json;
  @Refused(SCHEMA_PATCH) description?: Json;
}
