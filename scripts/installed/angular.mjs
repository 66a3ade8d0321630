/** Angular applications that are built with the packed package, and rendered on a server. */

const config = (version, isZoneless) => {
  const provider = {
    zone: 'provideZoneChangeDetection',
    zoneless: version < 20 ? 'provideExperimentalZonelessChangeDetection' : 'provideZonelessChangeDetection',
  }[isZoneless ? 'zoneless' : 'zone'];
  return `import { ${provider}, type ApplicationConfig } from '@angular/core';
import { provideContentLibrary, withDownloadQueue } from 'rx-content-library/angular';
import { createSimulator } from 'rx-content-library/simulator';

const inventory = { libraries: [{ name: 'templates', id: 'library-1', items: [{ name: 'debian-12', files: [] }] }] };
const { fetch } = createSimulator({ inventory });
export const config: ApplicationConfig = {
  providers: [
    ${provider}(),
    provideContentLibrary(
      {
        server: 'https://vcenter.example.com',
        credentials: { username: 'administrator@vsphere.local', password: 'secret' },
        fetch,
      },
      withDownloadQueue({ concurrency: 3 }),
    ),
  ],
};
`;
};

/**
 * The page waits for the first emission only: a poll would keep it from ever being rendered on a server. The download of the queue waits
 * for the browser.
 */
const component = `import { Component, inject, Injector } from '@angular/core';
import { pendingUntilEvent, toSignal } from '@angular/core/rxjs-interop';
import { toBlob, watchLibrary } from 'rx-content-library';
import { injectContentLibrary, injectDownloadQueue } from 'rx-content-library/angular';

@Component({
  selector: 'app-root',
  template: \`
    <ul>@for (item of contents()?.items; track item.id) {<li>{{ item.name }}</li>}</ul>
    <p>{{ queue.state().counts.waiting }} waiting</p>
  \`,
})
export class App {
  readonly contents = toSignal(
    watchLibrary(injectContentLibrary(), 'library-1', { period: 20 }).pipe(pendingUntilEvent(inject(Injector))),
  );
  readonly queue = injectDownloadQueue();
  constructor() {
    this.queue.add('item-1', toBlob());
  }
}
`;

const bootstrap = `import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app';
import { config } from './config';

bootstrapApplication(App, config).catch((error) => console.error(error));
`;

/** The context is passed since Angular 20.3, and in the fixed versions of 19. */
const server = `import { mergeApplicationConfig } from '@angular/core';
import { bootstrapApplication, type BootstrapContext } from '@angular/platform-browser';
import { provideServerRendering } from '@angular/platform-server';
import { App } from './app';
import { config } from './config';

export default (context: BootstrapContext) =>
  bootstrapApplication(App, mergeApplicationConfig(config, { providers: [provideServerRendering()] }), context);
`;

const workspace = (isZoneless) => ({
  version: 1,
  cli: { analytics: false },
  projects: {
    app: {
      projectType: 'application',
      root: '',
      sourceRoot: 'src',
      architect: {
        build: {
          builder: '@angular/build:application',
          options: {
            outputPath: 'out',
            browser: 'src/main.ts',
            server: 'src/main.server.ts',
            prerender: true,
            index: 'src/index.html',
            tsConfig: 'tsconfig.json',
            polyfills: isZoneless ? [] : ['zone.js'],
          },
        },
      },
    },
  },
});

const compilerOptions = {
  module: 'preserve',
  moduleResolution: 'bundler',
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
  strict: true,
  skipLibCheck: true,
  experimentalDecorators: true,
};

/**
 * Builds an application with the Angular CLI, and renders its page on the server: the page must have the item of the library.
 *
 * @param version - Of the framework's packages, which require each other in exactly this version; `tools` is that of the CLI.
 */
export const angularApplication = ({ version, tools, compiler }, isZoneless) => ({
  name: `Angular ${Number.parseInt(version)}, ${isZoneless ? 'zoneless' : 'zone.js'}, built and rendered on a server`,
  install: [
    ...['core', 'common', 'compiler', 'platform-browser', 'platform-server', 'router'].map(
      (name) => `@angular/${name}@${version}`,
    ),
    `@angular/compiler-cli@${version}`,
    ...['cli', 'build', 'ssr'].map((name) => `@angular/${name}@${tools}`),
    `typescript@${compiler}`,
    'tslib',
    ...(isZoneless ? [] : ['zone.js']),
  ],
  files: {
    'src/main.ts': bootstrap,
    'src/main.server.ts': server,
    'src/app.ts': component,
    'src/config.ts': config(Number.parseInt(version), isZoneless),
    'src/index.html': '<!doctype html><html><head><base href="/"></head><body><app-root></app-root></body></html>',
    'angular.json': JSON.stringify(workspace(isZoneless)),
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['src/main.ts', 'src/main.server.ts'] }),
  },
  env: { NG_CLI_ANALYTICS: 'false' },
  command: ['node_modules/@angular/cli/bin/ng.js', 'build'],
  expected: { file: 'out/browser/index.html', texts: ['<li>debian-12</li>', '<p>1 waiting</p>'] },
});
