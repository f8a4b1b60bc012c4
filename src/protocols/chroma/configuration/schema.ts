import { jsonObject, type Json, type JsonObject } from '../../../http/json.js';
export function resolveConfiguration(_: {
  configuration: Json | undefined;
  schema: Json | undefined;
  metadata: JsonObject | null;
}): { space: 'l2' | 'cosine' | 'ip'; schema: JsonObject } {
  return { space: 'l2', schema: jsonObject({}) };
}
export function configurationJson(s: JsonObject): JsonObject {
  return s;
}
export function legacyConfigurationJson(s: JsonObject): JsonObject {
  return s;
}
export function updateConfiguration(s: JsonObject, _: Json): JsonObject {
  return s;
}
export function withDiscoveredKeys(s: JsonObject, _: readonly unknown[]): JsonObject {
  return s;
}
export function isIndexEnabled(_s: JsonObject, _k: string, _t: string): boolean {
  return true;
}
