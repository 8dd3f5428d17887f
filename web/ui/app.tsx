import { Route, Switch } from 'wouter';
import { Loading, Nothing } from './components/states.js';
import { Guarded } from './components/guarded.js';
import { onDemand } from './on-demand.js';
import { Shell } from './shell.js';

const LOADING = <Loading what="page" />;
const AdminPage = onDemand(() => import('./pages/admin/admin.js'), LOADING);
const DataPage = onDemand(() => import('./pages/data/page.js'), LOADING);
const MachineImportPage = onDemand(() => import('./pages/machine-import.js'), LOADING);
const MachineNewPage = onDemand(() => import('./pages/machine-new.js'), LOADING);
const FleetPage = onDemand(() => import('./pages/fleet/fleet.js'), LOADING);
const FleetRunPage = onDemand(() => import('./pages/fleet-run/fleet-run.js'), LOADING);
const MachineRunsPage = onDemand(() => import('./pages/machine/runs.js'), LOADING);
const RunPage = onDemand(() => import('./pages/run.js'), LOADING);
const RunsPage = onDemand(() => import('./pages/runs.js'), LOADING);
const GenerationsPage = onDemand(() => import('./pages/machine/generations.js'), LOADING);
const MachinePage = onDemand(() => import('./pages/machine/overview.js'), LOADING);
const ProfilePage = onDemand(() => import('./pages/machine/profile.js'), LOADING);
const SignInPage = onDemand(() => import('./pages/sign-in.js'), LOADING);

export function App() {
  return (
    <Shell>
      <Guarded>
        <Switch>
          <Route path="/" component={FleetPage} />
          <Route path="/machines/new/import" component={MachineImportPage} />
          <Route path="/machines/new/:page?" component={MachineNewPage} />
          <Route path="/machines/:id/edit/:page?" component={MachineNewPage} />
          <Route path="/admin" component={AdminPage} />
          <Route path="/fleet/:name" component={FleetRunPage} />
          <Route path="/machines/:id" component={MachinePage} />
          <Route path="/machines/:id/data" component={DataPage} />
          <Route path="/runs" component={RunsPage} />
          <Route path="/runs/:machineId/:runId?" component={RunPage} />
          <Route path="/machines/:id/generations" component={GenerationsPage} />
          <Route path="/machines/:id/profile" component={ProfilePage} />
          <Route path="/machines/:id/runs" component={MachineRunsPage} />
          <Route path="/sign-in" component={SignInPage} />
          <Route>
            <Nothing title="There is no such page" text="The link may be old, or mistyped." />
          </Route>
        </Switch>
      </Guarded>
    </Shell>
  );
}
