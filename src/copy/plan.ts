import { matchesName } from '../tenants/name-pattern.js';
import type { ConflictPolicy, Destination, Source, SourceCollection, Standing, Target } from './copy.js';

/** What becomes of one collection. */
export interface PlannedCopy {
  readonly from: SourceCollection;
  readonly to: Destination;
  readonly standing: Standing;
  /** What a person should know before the start, a sentence each. */
  readonly warnings: readonly string[];
  /** What is in the way, a sentence each. */
  readonly problems: readonly string[];
}

export interface PlanOptions {
  /** Patterns of names; absent: all. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** New names by old ones. */
  readonly rename?: ReadonlyMap<string, string>;
  /** What the target's URI names; what is absent stays as it is in the source. */
  readonly into: Partial<Destination>;
  /** Whether the target's URI names a place for one collection. */
  readonly isOne?: boolean;
  readonly policy: ConflictPolicy;
  /** Unfinished copies begin anew. */
  readonly isRestart: boolean;
  /** What has changed is brought to what was copied before. */
  readonly isRound?: boolean;
}

/** What a person calls a collection. */
export function labelOf({ tenant, database, name }: Destination): string {
  return `${tenant}/${database}/${name}`;
}

/** Looks at everything on both sides and changes nothing. */
export async function planCopy(source: Source, target: Target, options: PlanOptions): Promise<readonly PlannedCopy[]> {
  const found = (await source.collections()).filter(({ name }) => isMeant(name, options));
  if ((options.into.name !== undefined || options.isOne === true) && found.length > 1) {
    throw new Error(
      `${source.label} has ${String(found.length)} collections, and ${target.label} names one: name one in the source, too`,
    );
  }
  const plans: PlannedCopy[] = [];
  for (const from of found) plans.push(await planOne(source, target, from, options));
  const places = plans.map(({ to }) => labelOf(to));
  return plans.map((plan, index) => {
    const isTwice = places.indexOf(labelOf(plan.to)) < index;
    return isTwice ? { ...plan, problems: [...plan.problems, 'another collection goes to the same place'] } : plan;
  });
}

async function planOne(source: Source, target: Target, from: SourceCollection, options: PlanOptions): Promise<PlannedCopy> {
  const to = { tenant: from.tenant, database: from.database, name: options.rename?.get(from.name) ?? from.name, ...options.into };
  const standing = await target.standing(source.label, from, to);
  const obstacle = options.isRound === true ? undefined : (unableTo(target, standing, options) ?? obstacleOf(standing, options));
  const problems = await target.problemsOf(from, to);
  const warnings = [...from.warnings, ...(target.warningsOf?.(from) ?? [])];
  return { from, to, standing, warnings, problems: obstacle === undefined ? problems : [obstacle, ...problems] };
}

/** A policy that the target cannot follow where it would have to. */
function unableTo(target: Target, standing: Standing, { policy }: PlanOptions): string | undefined {
  const isAsked = standing.kind === 'occupied' || (standing.kind === 'finished' && !standing.isSourceUnchanged);
  if (!isAsked || target.policies.includes(policy)) return undefined;
  return `${target.label} cannot ${policy} what is there: --on-conflict ${target.policies.filter((other) => other !== 'fail' && other !== 'newer-fail').join(' or ')}`;
}

function isMeant(name: string, { include, exclude }: PlanOptions): boolean {
  const isIncluded = include === undefined || include.some((pattern) => matchesName(pattern, name));
  return isIncluded && !(exclude ?? []).some((pattern) => matchesName(pattern, name));
}

function obstacleOf(standing: Standing, { policy, isRestart }: PlanOptions): string | undefined {
  switch (standing.kind) {
    case 'new':
      return undefined;
    case 'begun':
      return standing.isSourceUnchanged || isRestart
        ? undefined
        : 'the source has changed since this copy began: --restart begins anew';
    case 'another':
      return isRestart
        ? undefined
        : `a copy from ${standing.source} has begun there: let it come to its end, or --restart removes it`;
    case 'finished':
      if (standing.isSourceUnchanged) return undefined;
      if (policy === 'newer-fail' && standing.isTargetUnchanged !== true)
        return 'both it and the source have been written to since it was copied there: --on-conflict overwrite or skip decides';
      return policy === 'fail'
        ? 'the source has changed since it was copied there: --on-conflict overwrite or skip copies it again'
        : undefined;
    case 'occupied':
      return policy === 'fail' || policy === 'newer-fail'
        ? `it has ${String(standing.records)} records there that are not from this copy: --on-conflict skip or overwrite, or --rename`
        : undefined;
  }
}
