/** What connections are called in pg_stat_activity: by it, instances know that others know of children (decision 77). */
export const APPLICATION_NAME = 'polyvec (children)';

/** Instances that know of no places (decision 50). */
export const OLDER_THAN_PLACES: readonly string[] = ['polyvec'];

/** Instances that know of no children. */
export const OLDER_THAN_CHILDREN: readonly string[] = [...OLDER_THAN_PLACES, 'polyvec (places)'];
