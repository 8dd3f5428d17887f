// Which part may import which: `npm run check` holds the code to it. web, scripts → manager → activities' Python
// runner; all of them → contracts; nothing imports web or scripts.

/** The parts of this project. */
const PARTS = '^(web|scripts|manager|workers|workflows|activities|codec|contracts|test|bench|temporal\\.config\\.ts)';

/**
 * A part and all that it may import of this project, beside itself.
 * @param {string} part
 * @param {string[]} others
 */
function only(part, others) {
  const allowed = [`^${part}/`, ...others.map((other) => `^${other}`)].join('|');
  return {
    name: `${part}-imports-only-what-is-below`,
    severity: 'error',
    from: { path: `^${part}/` },
    to: { path: PARTS, pathNot: allowed },
  };
}

/** What of activities/ needs no running activity: planning, the fleet's folder, the steps' table, Python. */
const ACTIVITIES_FOR_ALL = 'activities/(python/|plan(-args)?\\.ts|fleet-folder\\.ts|configuration\\.ts|steps\\.ts)';
/** What of workflows/ is no workflow: plain definitions that others share with them. */
const WORKFLOWS_FOR_ALL = 'workflows/(search-attributes|failure-report|fleet-ledger)\\.ts';
/** Contracts that are plain data: no schema. */
const PLAIN =
  '^contracts/(api/topics|failures|machine-(pages|states|types)|printable|run-log|runs|steps|search-attributes)\\.ts';
const SETTINGS = 'temporal\\.config\\.ts';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('web', ['manager/', 'contracts/']),
    {
      name: 'pages-know-only-contracts',
      comment: 'they run in a browser, and the API is all they have',
      severity: 'error',
      from: { path: '^web/ui/' },
      to: { path: `${PARTS}|^node:`, pathNot: '^(web/ui|contracts)/' },
    },
    only('scripts', [
      'manager/',
      'web/server/serve\\.ts',
      'workers/',
      'activities/plan\\.ts',
      'contracts/',
      'codec/',
      SETTINGS,
    ]),
    only('manager', ['workers/', ACTIVITIES_FOR_ALL, WORKFLOWS_FOR_ALL, 'contracts/', 'codec/', SETTINGS]),
    only('workers', ['activities/', WORKFLOWS_FOR_ALL, 'contracts/', 'codec/', SETTINGS]),
    only('activities', ['contracts/']),
    only('codec', []),
    only('contracts', []),
    {
      ...only('workflows', ['contracts/']),
      // The types of the activities, for their proxies: no code.
      to: { path: PARTS, pathNot: '^(workflows|contracts)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-are-deterministic',
      comment:
        'a workflow may import Temporal’s own modules; zod and Node’s modules are not deterministic or too large',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { pathNot: '^(workflows|contracts|activities)/|node_modules/@temporalio/(workflow|common)/' },
    },
    {
      name: 'plain-contracts-run-no-zod',
      comment: 'workflows and pages run these: types of the others, but none of their code; zod is too large for both',
      severity: 'error',
      from: { path: `^workflows/|^web/ui/|${PLAIN}` },
      to: { path: '^contracts/.*[.]ts$|node_modules/zod/', pathNot: PLAIN, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contracts-need-only-zod',
      severity: 'error',
      from: { path: '^contracts/' },
      to: { pathNot: '^contracts/|node_modules/zod/' },
    },
    {
      name: 'one-place-starts-processes',
      comment: 'activities/python/ starts Python, manager/embedded/ the server',
      severity: 'error',
      from: {
        path: '^(manager|workers|workflows|activities|contracts|codec)/',
        pathNot: '^(activities/python|manager/embedded)/',
      },
      to: { path: '^((node:)?child_process|.*node_modules/execa/)' },
    },
    {
      name: 'manager-draws-nothing',
      comment: 'no terminal, no command line, no HTTP: those are the skins',
      severity: 'error',
      from: { path: '^manager/', pathNot: '^manager/embedded/' },
      to: { path: '^((node:)?(readline|tty|http|https)$|.*node_modules/commander/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.venv|\\.venv-bench|\\.cache|\\.temporal|GAN|coverage|docs|requirements)(/|$)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
