import { fileURLToPath } from 'node:url';
import { Controller, Get, Inject, NotFoundException, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../../config/config.js';
import { Allow } from '../../keys/allow.js';
import { consoleModeOf } from '../console-mode.js';
import { type PageFile, PageFiles } from './page-files.js';

/** The same from the sources and from what is compiled of them. */
const DIRECTORY = fileURLToPath(new URL('../../../dist/console/page', import.meta.url));
/** Everything that the page loads is this gateway's, and nothing that is stored can run in it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
/** Their names change with their content. */
const FOR_A_YEAR = 'public, max-age=31536000, immutable';
const NOT_BUILT = 'The console is not built: run `npm run build`.\n';

/** The console's page: its files, and itself for each of its own paths. */
@Controller()
export class PageController {
  private readonly files = new PageFiles(DIRECTORY);
  private readonly isServed: boolean;

  constructor(@Inject(CONFIG) config: Config) {
    this.isServed = consoleModeOf(config) !== 'off';
  }

  @Allow('anyone')
  @Get(['', 'c/*path', 'console', 'requests', 'system', 'backups', 'imports'])
  page(@Req() request: Request, @Res() response: Response): void {
    if (!this.isServed) throw new NotFoundException();
    const file = this.files.find('index.html', request.headers['accept-encoding']);
    if (file !== undefined) send(response, file, 'no-cache');
    else response.set(HEADERS).status(503).type('text/plain').send(NOT_BUILT);
  }

  @Allow('anyone')
  @Get('assets/*path')
  asset(@Param('path') path: string | readonly string[], @Req() request: Request, @Res() response: Response): void {
    this.sendNamed(`assets/${[path].flat().join('/')}`, request, response, FOR_A_YEAR);
  }

  @Allow('anyone')
  @Get('favicon.svg')
  icon(@Req() request: Request, @Res() response: Response): void {
    this.sendNamed('favicon.svg', request, response, 'no-cache');
  }

  private sendNamed(path: string, request: Request, response: Response, caching: string): void {
    const file = this.isServed ? this.files.find(path, request.headers['accept-encoding']) : undefined;
    if (file === undefined) throw new NotFoundException();
    send(response, file, caching);
  }
}

function send(response: Response, { type, encoding, bytes }: PageFile, caching: string): void {
  response.set(HEADERS).vary('accept-encoding').setHeader('cache-control', caching);
  response.setHeader('content-type', type);
  if (encoding !== undefined) response.setHeader('content-encoding', encoding);
  response.send(bytes);
}
