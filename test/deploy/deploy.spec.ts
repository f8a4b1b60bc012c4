import 'reflect-metadata';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { type Config, MiB, readConfig, SETTINGS } from '../../src/config/config.js';
import { HealthController } from '../../src/console/health.controller.js';
import { requireSafeAddress } from '../../src/keys/open-access.js';
import { drainDelayOf } from '../../src/lifecycle/drain-delay.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = [
  'docker-compose.yml',
  ...readdirSync(join(ROOT, 'deploy'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
].sort();

/** What closing takes after the last request, in seconds: the most that a stop waits for it. */
const CLOSING_SECONDS = 10;

interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly stop_grace_period?: string;
  readonly volumes?: readonly string[];
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly securityContext: Readonly<Record<string, unknown>>;
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly enableServiceLinks: boolean;
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: Readonly<Record<string, unknown>>;
        readonly containers: readonly [Container];
      };
    };
  };
}

function text(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Every document of a YAML file. @throws Error when one is none */
function documents(file: string): readonly unknown[] {
  return parseAllDocuments(text(file), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('; ')}`);
    return document.toJS() as unknown;
  });
}

/** Without comments, which may name anything. */
function statements(file: string): string {
  return text(file).replaceAll(/^\s*#.*$/gm, '');
}

/** What the image sets. */
const IMAGE = Object.fromEntries(
  [...statements('deploy/Dockerfile').matchAll(/\b(POLYVEC_\w+)=(\S+)/g)].map(([, name = '', value]) => [name, value]),
);

/** The gateways that a compose file starts. */
function gatewaysIn(file: string): readonly (readonly [name: string, service: Service])[] {
  const [compose] = documents(file) as [{ readonly services: Readonly<Record<string, Service>> }];
  return Object.entries(compose.services).filter(([, { build }]) => build !== undefined);
}

function configOf(environment: Readonly<Record<string, string | undefined>>): Config {
  const config = readConfig({ ...IMAGE, ...environment });
  requireSafeAddress(config);
  return config;
}

const PORTS = ({ chromaPort, pineconePort, vectorizerPort, consolePort }: Config): Readonly<Record<string, unknown>> => ({
  chroma: chromaPort,
  pinecone: pineconePort,
  vectorizer: vectorizerPort,
  console: consolePort,
});

describe('the files to deploy with', () => {
  it.each(FILES.filter((file) => /\.ya?ml$/.test(file)))('%s is YAML', (file) => {
    expect(documents(file).length).toBeGreaterThan(0);
  });

  it.each(FILES.filter((file) => !file.endsWith('.json')))('%s names no setting that there is not', (file) => {
    const settings = new Set<string>(Object.values(SETTINGS).map(({ variable }) => variable));
    const named = [...statements(file).matchAll(/\bPOLYVEC_[A-Z0-9_]+/g)].map(([name]) => name);
    expect(named.filter((name) => !settings.has(name))).toEqual([]);
  });

  describe.each(['docker-compose.yml', 'deploy/compose/three-instances.yml'])('%s', (file) => {
    it('starts gateways that read its settings, on a root file system that they do not write to', () => {
      const gateways = gatewaysIn(file);
      expect(gateways.length).toBeGreaterThan(0);
      for (const [, { build, environment = {}, read_only, stop_grace_period = '' }] of gateways) {
        const config = configOf(environment);
        expect(config.databaseUrl).toMatch(/^postgres:/);
        expect(read_only).toBe(true);
        expect(Number.parseInt(stop_grace_period)).toBeGreaterThanOrEqual(secondsToStop(config));
        const context = resolve(ROOT, dirname(file), build?.context ?? '');
        expect(relative(ROOT, resolve(context, build?.dockerfile ?? ''))).toBe('deploy/Dockerfile');
      }
    });
  });

  it('the image is built from files that are there and are sent to the builder', () => {
    const kept = text('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = [...statements('deploy/Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(sources).toContain('src');
    expect(sources.filter((source) => !existsSync(join(ROOT, source)) || !kept.includes(source))).toEqual([]);
  });

  it('the image checks its health at a path that there is', () => {
    expect(statements('deploy/Dockerfile')).toContain('}/readyz`');
    expect(probePaths()).toContain('/readyz');
  });
});

describe('the proxy’s configuration', () => {
  const proxy = statements('deploy/nginx/polyvec.conf');
  const config = configOf({ POLYVEC_AUTH: 'keys' });
  const seconds = (directive: string): number[] =>
    [...proxy.matchAll(new RegExp(`^\\s*${directive} (\\d+)s;`, 'gm'))].map(([, value]) => Number(value));

  it('names the ports that the gateways listen on', () => {
    const named = new Set([...proxy.matchAll(/server polyvec-\d:(\d+)/g)].map(([, port]) => Number(port)));
    expect([...named].sort()).toEqual([config.chromaPort, config.pineconePort, config.vectorizerPort].sort());
  });

  it('names the gateways as the compose file does, which mounts it', () => {
    const file = 'deploy/compose/three-instances.yml';
    const named = new Set([...proxy.matchAll(/server (polyvec-\d):/g)].map(([, name]) => name));
    expect([...named]).toEqual(gatewaysIn(file).map(([name]) => name));
    expect(text(file)).toContain('../nginx/polyvec.conf:/etc/nginx/conf.d/default.conf:ro');
  });

  it('parts with connections before the gateway does, and waits for answers longer than it', () => {
    expect(seconds('keepalive_timeout')).toEqual([60, 60, 60, 60]);
    expect(config.keepAliveTimeoutMs).toBeGreaterThan(60_000);
    for (const limit of [...seconds('proxy_read_timeout'), ...seconds('grpc_read_timeout')]) {
      expect(limit * 1000).toBeGreaterThan(config.statementTimeoutMs);
    }
  });

  it('lets every body through that the gateway takes', () => {
    const [, megabytes] = /client_max_body_size (\d+)m;/.exec(proxy) ?? [];
    const { chromaMaxWriteBytes, pineconeMaxBodyBytes, pineconeMaxGrpcBytes, vectorizerMaxBodyBytes } = config;
    const largest = Math.max(chromaMaxWriteBytes, pineconeMaxBodyBytes, pineconeMaxGrpcBytes, vectorizerMaxBodyBytes);
    expect(Number(megabytes) * MiB).toBeGreaterThanOrEqual(largest);
  });

  it('repeats nothing that may have had an effect', () => {
    expect(proxy.match(/^(proxy|grpc)_next_upstream .*;$/gm)).toEqual([
      'proxy_next_upstream error timeout;',
      'grpc_next_upstream error timeout;',
    ]);
  });
});

describe('the Kubernetes manifests', () => {
  const manifest = (name: string): unknown => documents(`deploy/kubernetes/${name}.yaml`)[0];
  const pod = (manifest('deployment') as Deployment).spec.template.spec;
  const [container] = pod.containers;
  const { data } = manifest('configmap') as { readonly data: Readonly<Record<string, string>> };
  const { stringData } = manifest('secret.sample') as { readonly stringData: Readonly<Record<string, string>> };
  const config = configOf({ ...data, ...stringData });

  it('name the ports that the gateway listens on', () => {
    expect(Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]))).toEqual(PORTS(config));
    const { spec } = manifest('service') as {
      readonly spec: { readonly ports: readonly { readonly port: number; readonly targetPort: string }[] };
    };
    for (const { port, targetPort } of spec.ports) expect(PORTS(config)[targetPort]).toBe(port);
  });

  it('probe paths that there are', () => {
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe].map(({ httpGet }) => httpGet);
    expect(probes).toEqual(['/startupz', '/livez', '/readyz'].map((path) => ({ path, port: 'console' })));
    for (const { path } of probes) expect(probePaths()).toContain(path);
  });

  it('give a stop the time that it may take', () => {
    const [command, pause] = container.lifecycle.preStop.exec.command;
    expect(command).toBe('sleep');
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Number(pause) + secondsToStop(config));
  });

  it('run without rights, and without variables that are no settings', () => {
    expect(pod.enableServiceLinks).toBe(false);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});

/** The longest that a stop may take. */
function secondsToStop(config: Config): number {
  return (drainDelayOf(config) + config.shutdownTimeoutMs) / 1000 + CLOSING_SECONDS;
}

/** By the controller's own routes. */
function probePaths(): readonly string[] {
  const prototype = HealthController.prototype as unknown as Readonly<Record<string, unknown>>;
  const handlers = Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor')
    .map((name) => prototype[name]);
  return handlers.map((handler) => `/${String(Reflect.getMetadata('path', handler as object))}`);
}
