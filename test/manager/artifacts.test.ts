import { artifactPath } from '../../manager/artifacts.js';
import { loadSettings } from '../../temporal.config.js';

const project = { projectRoot: '/project', settings: loadSettings({}, '/project') };

it('an artifact lies under the data root', () => {
  expect(artifactPath(project, 'data/fleet_report.html')).toBe('/project/GAN/data/fleet_report.html');
});

it.each(['/etc/passwd', '../secret', 'data/../../secret'])('no artifact lies at %s', (path) => {
  expect(() => artifactPath(project, path)).toThrow('is not under the data root');
});
