import { plannedRows } from './remote-plan.js';

// written after what was seen of Citus 13.2, shortened to what is read
const ROUTED = {
  'Node Type': 'Custom Scan',
  'Custom Plan Provider': 'Citus Adaptive',
  'Plan Rows': 0,
  'Distributed Query': {
    Job: {
      'Task Count': 1,
      'Tasks Shown': 'All',
      Tasks: [
        {
          Node: 'host=localhost port=5433 dbname=polyvec',
          'Remote Plan': [[{ Plan: { 'Node Type': 'Index Scan', 'Plan Rows': 1234 } }]],
        },
      ],
    },
  },
};

describe('the rows that a planner expects', () => {
  it('are those of the plan on a plain Postgres', () => {
    expect(plannedRows(JSON.stringify([{ Plan: { 'Node Type': 'Seq Scan', 'Plan Rows': 77 } }]))).toBe(77);
  });

  it('are those of the shard on a cluster', () => {
    expect(plannedRows(JSON.stringify([{ Plan: ROUTED }]))).toBe(1234);
  });

  it('are found below other nodes of the coordinator’s plan', () => {
    expect(plannedRows(JSON.stringify([{ Plan: { 'Node Type': 'Limit', 'Plan Rows': 0, Plans: [ROUTED] } }]))).toBe(1234);
  });

  it('are the coordinator’s where a shard has no plan', () => {
    const job = { ...ROUTED, 'Plan Rows': 5, 'Distributed Query': { Job: { 'Task Count': 0 } } };
    expect(plannedRows(JSON.stringify([{ Plan: job }]))).toBe(5);
  });
});
