/** What connections are called in pg_stat_activity: by it, instances know that others know of places (decision 50). */
export const APPLICATION_NAME = 'polyvec (places)';

/** Instances before that. */
export const OLDER_APPLICATION_NAME = 'polyvec';
